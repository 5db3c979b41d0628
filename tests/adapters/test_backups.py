"""Backups: taken while people file, proved, restored onto either database; whatever was cut off or damaged is told."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.adapters.database import copying, is_empty, open_engine
from backend.backups import restoring, taking
from backend.backups.folder import backups_in
from backend.backups.restoring import Restored, restore
from backend.backups.sums import SUMS, sha256_of
from backend.backups.taking import Backup, back_up
from backend.contract.faults import LOG_ROLLED_BACK, Refused
from backend.contract.messages import ActivityFilter, ChangeUser, Decision, NewRequest
from backend.contract.rules.checkpoints import read_signed, signed_text
from backend.contract.rules.sshsig import CHECKPOINTS, blob_of, to_sign
from backend.contract.rules.sshsig import armour as armoured
from backend.core.checking import check
from backend.settings import Settings, SettingsError
from backend.wiring import initialise, open_platform
from tests.databases import Postgres, Prepared, reopened_world
from tests.publishing import publish
from tests.submitting import NAME, submitted
from tests.world import World, open_world


def told(done: int, of: int) -> None:
    """Nobody looks on."""


def backed_up(world: World, folder: Path, keep: int | None = None) -> Backup:
    world.clock.move(seconds=1)
    return back_up(world.platform.settings, folder, world.clock.now(), keep, told)


def restored(folder: Path, data_dir: Path, url: str = "", name: str | None = None) -> Restored:
    return restore(folder, name, {"data_dir": data_dir, **({"database_url": url} if url else {})}, told)


@contextmanager
def served(world: World, data_dir: Path, url: str = "") -> Iterator[World]:
    """What was restored, with its secrets put back."""
    if not (data_dir / "secrets").exists():
        shutil.copytree(world.platform.settings.secrets, data_dir / "secrets")
    with reopened_world(Prepared(data_dir, url, world.people), data_dir, url) as again:
        world.clock.move(minutes=1)  # no One-Time-Password works twice, in a copy neither
        again.clock.at = world.clock.at
        yield again


def head_of(world: World) -> tuple[int, bytes]:
    with world.platform.store.reading() as rows:
        return rows.head().size, rows.head().root


def sound(world: World) -> bool:
    found = check(world.platform.store, world.platform.vault, world.clock)
    return (found.log, found.damaged, found.orphans) == ([], [], 0)


@pytest.mark.databases
def test_a_backup_moves_to_the_other_database_and_back_and_is_the_same_log(
    any_world: World, postgres: Postgres, tmp_path: Path
) -> None:
    receipt = submitted(any_world, any_world.actor("CHAN01"), b"one\n")
    published = publish(any_world, b"for all\n")
    made = backed_up(any_world, tmp_path / "first")
    assert (made.files, made.new, made.damaged) == (2, 2, [])
    head = head_of(any_world)
    with postgres.database() as url:
        onto = [f"sqlite:///{tmp_path / 'there' / 'ecp.db'}", url]
        if not any_world.platform.settings.database_url:
            onto.reverse()
        source = tmp_path / "first"
        for place, database in zip(("there", "back"), onto, strict=True):
            data_dir = tmp_path / place
            shutil.copytree(any_world.platform.settings.secrets, data_dir / "secrets")
            assert restored(source, data_dir, database).left == ()
            with served(any_world, data_dir, database) as again:
                assert head_of(again) == head and sound(again)
                chan = again.actor("CHAN01")
                assert again.services.activity.one(chan, receipt.activity.log_index).signature == receipt.signature
                found = again.services.activity.page(chan, ActivityFilter(name=NAME[4:9]), None, 10)
                assert receipt.activity.log_index in [one.log_index for one in found.items]  # by the index of names
                assert again.services.activity.one(chan, published.log_index).activity.sha256 == published.sha256
                backed_up(again, source := tmp_path / f"of-{place}")
                head = head_of(again)
                account = again.account("CHAN01")
                change = ChangeUser(login_id="CHAN01", name="Chan", email=account.email, phone=account.phone)
                for name in ("Chan", "Chan Tai"):  # what is numbered goes on from where it was
                    proposal = change.model_copy(update={"name": name})
                    made_request = again.services.requests.make(again.actor("WONGDA1"), NewRequest(proposal=proposal))
                    again.services.requests.decide(
                        again.actor("WONGDA1"), made_request.id, "withdraw", Decision(rev=made_request.rev)
                    )


def test_a_backup_taken_while_four_people_file_is_whole(world: World, tmp_path: Path) -> None:
    chan, made = world.actor("CHAN01"), list[Backup]()
    stop = Event()

    def files(who: int) -> int:
        count = 0
        while not stop.is_set():
            submitted(world, chan, f"{who} {count}\n".encode())
            count += 1
        return count

    with ThreadPoolExecutor(4) as people:
        filed = [people.submit(files, who) for who in range(4)]
        for _ in range(3):
            made.append(backed_up(world, tmp_path / "backup"))
        stop.set()
        assert sum(one.result() for one in filed) > 4
    assert made[0].entries < made[-1].entries == made[-1].files + made[0].entries - made[0].files
    for number, one in enumerate(made):
        data_dir = tmp_path / f"of-{number}"
        assert restored(tmp_path / "backup", data_dir, name=one.folder.name).checkpoint.size == one.entries
        with served(world, data_dir) as again:
            assert sound(again)


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    """Two backups: of one file, and of two."""
    for data in (b"one\n", b"two\n"):
        submitted(world, world.actor("CHAN01"), data)
        backed_up(world, tmp_path / "backup")
    return tmp_path / "backup"


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _says(backup: Path, name: str) -> None:
    """As somebody would who can count too."""
    lines = (backup / SUMS).read_text().splitlines()
    others = [line for line in lines if not line.endswith(f"  {name}")]
    (backup / SUMS).write_text("\n".join([f"{sha256_of(backup / name)}  {name}", *others]) + "\n")


def _older_database(backup: Path) -> None:
    shutil.copy(backups_in(backup.parent)[0] / "ecp.db", backup / "ecp.db")
    _says(backup, "ecp.db")


def _no_checkpoint(backup: Path) -> None:
    (backup / "checkpoint").write_text("trust me\n")
    _says(backup, "checkpoint")


def _another_key(backup: Path) -> None:
    text, _ = read_signed((backup / "checkpoint").read_text())
    signer = Ed25519PrivateKey.generate()
    line = signer.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    armour = armoured(blob_of(line), CHECKPOINTS, signer.sign(to_sign(CHECKPOINTS, text.encode())))
    (backup / "checkpoint").write_text(signed_text(text, armour))
    _says(backup, "checkpoint")


def _object(backup: Path) -> Path:
    return next(backup.parent.glob("vault/??/*"))


@pytest.mark.parametrize(
    ("hurt", "words"),
    [
        (lambda backup: _flipped(backup / "ecp.db"), "ecp.db is not what was backed up"),
        (lambda backup: (backup / "ecp.db").unlink(), "ecp.db is not what was backed up"),
        (lambda backup: _flipped(backup / "checkpoint"), "checkpoint is not what was backed up"),
        (lambda backup: (backup / SUMS).write_text("nothing\n"), "this is no backup, or a damaged one"),
        (lambda backup: (backup / SUMS).write_text(""), "does not say what its ecp.db was"),
        (_older_database, "ecp.db is not the log of its checkpoint"),
        (_no_checkpoint, "checkpoint is no signed checkpoint"),
        (_another_key, "checkpoint cannot be relied on"),
        (lambda backup: _flipped(_object(backup)), "are missing or damaged"),
        (lambda backup: _object(backup).unlink(), "are missing or damaged"),
    ],
)
def test_a_backup_that_was_changed_is_refused_in_words(
    folder: Path, tmp_path: Path, hurt: Callable[[Path], object], words: str
) -> None:
    hurt(backups_in(folder)[-1])
    with pytest.raises(SettingsError, match=words):
        restored(folder, tmp_path / "new")
    assert not (tmp_path / "new" / "ecp.db").exists()


def test_the_newest_is_restored_but_where_another_is_named(folder: Path, tmp_path: Path) -> None:
    older, newer = backups_in(folder)
    assert restored(folder, tmp_path / "new").backup == newer
    assert restored(folder, tmp_path / "older", name=older.name).backup == older
    with pytest.raises(SettingsError, match=rf"yesterday is not there. Name one of: {older.name}, {newer.name}\."):
        restored(folder, tmp_path / "other", name="yesterday")
    with pytest.raises(SettingsError, match="holds no backup"):
        restored(tmp_path / "nothing", tmp_path / "other")


def test_files_are_copied_once_and_old_backups_go_when_told(world: World, folder: Path) -> None:
    assert backed_up(world, folder).new == 0
    assert len(backups_in(folder)) == 3
    assert backed_up(world, folder, keep=2).files == 2
    assert len(backups_in(folder)) == 2 and not list(folder.glob(".*old*"))


def test_a_file_that_the_platform_lost_is_named_and_the_rest_is_backed_up(world: World, tmp_path: Path) -> None:
    receipt = submitted(world, world.actor("CHAN01"), b"one\n")
    submitted(world, world.actor("CHAN01"), b"two\n")
    with world.platform.store.reading() as rows:
        row = rows.activity(receipt.activity.log_index)
    assert row is not None and row.object_key is not None
    path = world.platform.vault.path(row.object_key)
    path.chmod(0o600)
    path.write_bytes(b"two\n")
    made = backed_up(world, tmp_path / "backup")
    (damage,) = made.damaged
    assert damage.startswith(f"Entry {receipt.activity.log_index}") and "other bytes than were accepted" in damage
    assert made.files == 1


@pytest.mark.parametrize("at", range(3))
def test_a_backup_that_is_cut_off_leaves_the_ones_before_as_they_are(
    world: World, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    submitted(world, world.actor("CHAN01"), b"three\n")
    with monkeypatch.context() as patch:
        _full(patch, taking, ("copied", "replace_file", "sha256_of")[at])
        with pytest.raises(OSError, match="No space"):
            backed_up(world, folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path in before} == before
    assert len(backups_in(folder)) == 2 and not list(folder.glob(".new*"))
    restored(folder, tmp_path / "new")
    assert backed_up(world, folder).files == 3


def _full(patch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    patch.setattr(module, name, full)


@pytest.mark.parametrize("step", ["copied", "_write_settings", "sync_folder", "end"])
def test_a_restore_that_is_cut_off_serves_nothing_until_it_is_done_again(
    world: World, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    new = tmp_path / "new"
    with monkeypatch.context() as patch:
        _full(patch, restoring, step)
        with pytest.raises(OSError, match="No space"):
            restored(folder, new)
    for begins in (open_platform, initialise):
        with pytest.raises(SettingsError, match=r"was cut off. Run ecpd restore again\."):
            begins(Settings(data_dir=new))
    restored(folder, new)
    with served(world, new) as again:
        assert head_of(again) == head_of(world) and sound(again)


@pytest.mark.databases
def test_a_restore_onto_postgresql_that_is_cut_off_leaves_the_database_empty(
    folder: Path, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.database() as url:
        with monkeypatch.context() as patch:
            _full(patch, copying, "_go_on_counting")
            with pytest.raises(OSError, match="No space"):
                restored(folder, tmp_path / "new", url)
        engine = open_engine(url)
        assert is_empty(engine)
        engine.dispose()
        assert restored(folder, tmp_path / "new", url).files == 2
        with pytest.raises(SettingsError, match="A platform is there already"):
            restored(folder, tmp_path / "other", url)


def test_nothing_that_is_there_is_written_over(world: World, folder: Path, tmp_path: Path) -> None:
    data_dir = world.platform.settings.data_dir
    with pytest.raises(SettingsError, match="already"):
        restored(folder, data_dir)
    with pytest.raises(SettingsError, match="lies in the data folder itself"):
        backed_up(world, data_dir / "backup")
    new = tmp_path / "new"
    new.mkdir()
    (new / "ecpd.toml").write_text('name = "Mine"\n')
    restored(folder, new)
    assert (new / "ecpd.toml").read_text() == 'name = "Mine"\n'


def test_settings_come_back_with_the_database_that_was_restored_onto(world: World, tmp_path: Path) -> None:
    data_dir, new = world.platform.settings.data_dir, tmp_path / "new"
    submitted(world, world.actor("CHAN01"), b"one\n")
    (data_dir / "ecpd.toml").write_text('# Where.\ndatabase_url = "postgresql+psycopg://ecp@gone/ecp"\nname = "Ours"\n')
    backed_up(world, tmp_path / "backup")
    database = f"sqlite:///{new / 'ecp.db'}"
    restored(tmp_path / "backup", new, database)
    assert (new / "ecpd.toml").read_text() == f'# Where.\ndatabase_url = "{database}"\nname = "Ours"\n'


def test_an_anchor_that_saw_more_than_the_backup_stays_and_says_so(world: World, folder: Path, tmp_path: Path) -> None:
    submitted(world, world.actor("CHAN01"), b"three\n")
    world.services.checkpoints.make()
    new, anchor = tmp_path / "new", world.platform.settings.data_dir / "anchor"
    new.mkdir()
    shutil.copy(anchor, new / "anchor")
    restored(folder, new)
    assert (new / "anchor").read_bytes() == anchor.read_bytes()
    with served(world, new) as again:
        with pytest.raises(Refused) as refused:
            submitted(again, again.actor("CHAN01"), b"four\n")
        assert refused.value.fault is LOG_ROLLED_BACK
        before = len(backups_in(folder))
        with pytest.raises(Refused, match="9101"):  # and takes no other backup's place
            backed_up(again, folder, keep=1)
        assert len(backups_in(folder)) == before


def test_secrets_are_in_no_backup_and_the_restore_says_which_are_missing(
    world: World, folder: Path, tmp_path: Path
) -> None:
    secrets = [path.read_bytes() for path in world.platform.settings.secrets.iterdir()]
    written = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert not [one for one in written for secret in secrets if secret in one]
    (left,) = restored(folder, tmp_path / "new").left
    assert "seed_key, throttle_key, receipt_key are not there" in left
    with open_world(tmp_path / "stranger") as stranger:
        shutil.copytree(stranger.platform.settings.secrets, tmp_path / "other" / "secrets")
    (left,) = restored(folder, tmp_path / "other").left
    assert "is not the key of this database" in left
