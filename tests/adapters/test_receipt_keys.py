"""Receipt keys over time: another takes over, one is revoked, one is lost; what they signed is judged by ssh-keygen."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from backend.adapters.database import tables
from backend.adapters.signing_key import SigningKeyFile, new_signing_key
from backend.contract.faults import Refused
from backend.contract.messages import ActivityFilter, LogFilter
from backend.contract.rules.evidence import Evidence, judge
from backend.contract.rules.public_keys import fingerprint_of
from backend.contract.rules.sshsig import blob_of
from backend.core import receipt_keys
from backend.core.activity import Ledger
from backend.core.auditing import audit
from backend.doctor.examining import database
from backend.settings import SettingsError
from backend.wiring import keys, open_platform, rotating
from backend.wiring.rotating import opened_keys, revoke, rotate
from tests.databases import Prepared, reopened_world
from tests.submitting import submitted
from tests.tampering import unguarded
from tests.world import World


class Place:
    """A platform that is stopped, between its lives."""

    def __init__(self, world: World) -> None:
        self.settings = world.platform.settings
        self.people = world.people
        self.clock = world.clock
        world.platform.close()

    @contextmanager
    def served(self) -> Iterator[World]:
        self.clock.move(minutes=1)
        data_dir, url = self.settings.data_dir, self.settings.database_url
        with reopened_world(Prepared(data_dir, url, self.people), data_dir, url) as world:
            world.clock.at = self.clock.at
            yield world
            self.clock.at = world.clock.at

    def rotate(self) -> str:
        self.clock.move(minutes=1)
        return fingerprint_of(blob_of(rotate(self.settings, None, self.clock).public_key))

    @property
    def signs(self) -> str:
        with opened_keys(self.settings) as (store, _), store.reading() as rows:
            keys = rows.signing_keys()
        return fingerprint_of(blob_of(keys[max(keys)].public_key))


@pytest.fixture
def place(any_world: World) -> Place:
    return Place(any_world)


def _filed(world: World, data: bytes) -> Evidence:
    """What its submitter holds: receipt, signature, proof and keys as they are then."""
    chan = world.actor("CHAN01")
    receipt = submitted(world, chan, data)
    return _held(world, receipt.activity.log_index, receipt.activity.sha256 or "")


def _held(world: World, log_index: int, sha256: str) -> Evidence:
    checkpoints = world.services.checkpoints
    proof = checkpoints.proof(world.actor("CHAN01"), log_index)
    files = checkpoints.allowed_signers(), checkpoints.revoked_keys()
    return Evidence(proof.receipt.encode(), proof.signature, proof.proof, *files, sha256)


def _keygen(held: Evidence, folder: Path, *, signers: str, revoked: str = "") -> bool:
    """What stock OpenSSH says, by the line that is printed."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    for name, said in (("allowed_signers", signers), ("revoked", revoked), ("r.sig", held.signature)):
        (folder / name).write_text(said)
    received = next(one for one in held.receipt.decode().splitlines() if one.startswith("received: ")).split(": ")[1]
    at = received.split(".")[0].replace("-", "").replace(":", "").replace("T", "") + "Z"
    line = ["ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", "ecp.local", "-n", "receipt-v1@ecp"]
    line += ["-s", "r.sig", f"-Overify-time={at}", *(["-r", "revoked"] if revoked else [])]
    return subprocess.run(line, cwd=folder, input=held.receipt, capture_output=True, timeout=20).returncode == 0


@pytest.mark.databases
def test_what_the_old_key_signed_goes_on_to_count_and_the_new_one_signs_from_then_on(
    place: Place, tmp_path: Path
) -> None:
    with place.served() as world:
        before = _filed(world, b"one\n")
        old = (place.settings.secrets / "receipt_key").read_bytes()
    first, new = place.signs, place.rotate()
    assert first != new == place.signs
    assert old not in [path.read_bytes() for path in place.settings.secrets.iterdir()], "its private half is gone"
    with place.served() as world:
        after = _filed(world, b"two\n")
        for held in (replace(before, allowed_signers=after.allowed_signers), after):
            assert judge(held).holds
            assert _keygen(held, tmp_path, signers=after.allowed_signers)
        stolen = replace(after, receipt=before.receipt, signature=after.signature)
        assert not judge(stolen).holds
        assert not _keygen(stolen, tmp_path, signers=after.allowed_signers)
        found = audit(world.platform.store)
        assert (found.wrong, found.signatures) == ([], 2)
        trail = world.services.audit_trail.page(world.actor("AUDIT01"), LogFilter(act="receipt-key-rotated"), None, 10)
        assert [one.title for one in trail.entries] == [f"receipts signed by another key, {new}"]
        for told in ("OPER01", "WONGDA1", "HODA1"):
            assert any(new in mail.text for mail in world.mails(told)), told


@pytest.mark.databases
def test_a_stolen_key_is_revoked_and_its_receipts_are_proved_by_the_log(place: Place, tmp_path: Path) -> None:
    with place.served() as world:
        before = _filed(world, b"one\n")
        log_index = world.services.activity.page(world.actor("CHAN01"), ActivityFilter(), None, 1).items[0].log_index
    stolen = place.signs
    place.clock.move(minutes=1)
    assert revoke(place.settings, stolen, "A laptop was stolen", place.clock) is not None
    with place.served() as world:
        held = _held(world, log_index, before.file_sha256)
        assert not _keygen(held, tmp_path, signers=held.allowed_signers, revoked=held.revoked_keys)
        assert judge(held).holds, "the log vouches for it, under a key that counts"
        assert not judge(replace(before, allowed_signers=held.allowed_signers, revoked_keys=held.revoked_keys)).holds, (
            "its own proof no more"
        )
        assert audit(world.platform.store).wrong == []
        assert any("A laptop was stolen" in mail.text for mail in world.mails("WONGDA1"))
        with world.platform.store.engine.connect() as connection:
            assert connection.scalar(select(tables.signing_keys.c.reason).where(tables.signing_keys.c.id == 1))
    for fingerprint, words in ((stolen, "revoked before"), ("SHA256:nobody", "No key here has")):
        with pytest.raises(Refused, match=words):
            revoke(place.settings, fingerprint, "again", place.clock)


def test_a_key_that_is_lost_is_replaced_without_it(place: Place) -> None:
    (place.settings.secrets / "receipt_key").unlink()
    assert _of_doctor(place) == "problem"
    with pytest.raises(SettingsError, match="run ecpd keys rotate"):
        open_platform(place.settings)
    place.rotate()
    with place.served() as world:
        assert judge(_filed(world, b"one\n")).holds


@pytest.mark.parametrize("step", ["new_signing_key", "keys", "settle_rotation"])
def test_a_rotation_that_is_cut_off_leaves_a_key_that_signs(
    place: Place, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def cut(*_: object) -> None:
        raise OSError("power")

    before = place.signs
    with monkeypatch.context() as patch:
        if step == "keys":
            patch.setattr(receipt_keys.ReceiptKeys, "_taken_over", cut)
        elif step == "settle_rotation":
            settle, calls = keys.settle_rotation, list[int]()

            def second(*told: object) -> None:
                calls.append(1)
                (cut if len(calls) > 1 else settle)(*told)  # type: ignore[arg-type]  # as it was called

            patch.setattr(rotating, step, second)
        else:
            patch.setattr(rotating, step, cut)
        with pytest.raises(OSError, match="power"):
            place.rotate()
    assert (place.signs == before) is (step != "settle_rotation")
    with place.served() as world:
        assert judge(_filed(world, b"one\n")).holds
    assert not (place.settings.secrets / "receipt_key.new").exists() or step == "keys"
    place.rotate()
    with place.served() as world:
        assert judge(_filed(world, b"two\n")).holds
    assert sorted(path.name for path in place.settings.secrets.glob("receipt*")) == ["receipt_key"]


def _of_doctor(place: Place) -> str:
    return next(one.state for one in database(place.settings) if one.name == "receipt key")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Path]:
    """A real ssh-agent with a key; its socket."""
    if shutil.which("ssh-agent") is None:
        pytest.skip("ssh-agent is not installed")
    socket, key = tmp_path / "s", tmp_path / "agents"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, timeout=20)
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL) as process:
        for _ in range(200):
            env = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
            if subprocess.run(["ssh-add", "-q", key], env=env, capture_output=True, timeout=20).returncode == 0:
                break
        key.unlink()
        yield socket
        process.terminate()


def test_an_agent_signs_in_place_of_the_file(place: Place, agent: Path, tmp_path: Path) -> None:
    place.settings = replace(place.settings, receipt_agent=agent)
    with pytest.raises(SettingsError, match="does not sign with this platform's key"):
        open_platform(place.settings)
    with pytest.raises(SettingsError, match="--public-key"):
        rotate(place.settings, None, place.clock)
    rotate(place.settings, tmp_path / "agents.pub", place.clock)
    assert not list(place.settings.secrets.glob("receipt*"))
    file = place.settings.secrets / "receipt_key"
    assert _of_doctor(place) == "ok"
    new_signing_key(file)
    assert _of_doctor(place) == "warning"
    file.unlink()
    platform = open_platform(place.settings, clock=place.clock)
    try:
        agent.rename(tmp_path / "away")
        with pytest.raises(Refused, match="9003"):
            platform.services.checkpoints.make()
        (tmp_path / "away").rename(agent)
        platform.services.checkpoints.make()
        assert audit(platform.store).wrong == []
        assert audit(platform.store).checkpoints
    finally:
        platform.close()
    agent.unlink()
    with pytest.raises(SettingsError, match="does not sign"):
        open_platform(place.settings)


@pytest.mark.databases
def test_one_that_runs_accepts_nothing_once_another_key_took_over(place: Place, tmp_path: Path) -> None:
    new_signing_key(tmp_path / "elsewhere")
    with place.served() as world:
        before = _filed(world, b"one\n")
        place.clock.move(minutes=2)
        ledger, mailer = Ledger(place.settings.origin), world.platform.mailer
        elsewhere = receipt_keys.ReceiptKeys(world.platform.store, place.clock, ledger, mailer)
        elsewhere.rotate(SigningKeyFile(tmp_path / "elsewhere").public_key)
        for refused in (lambda: submitted(world, world.actor("CHAN01"), b"two\n"), world.services.checkpoints.make):
            with pytest.raises(Refused, match="9003"):
                refused()
        found = audit(world.platform.store)
        assert (found.wrong, found.signatures) == ([], 1)
        assert judge(replace(before, allowed_signers=world.services.checkpoints.allowed_signers())).holds


@pytest.mark.databases
def test_a_key_never_comes_back_and_an_end_without_an_entry_is_found(place: Place) -> None:
    place.rotate()
    table = tables.signing_keys
    with place.served() as world:
        again = update(table).where(table.c.id == 1)
        for values in ({"until": None}, {"until": world.clock.now()}):
            with pytest.raises(DBAPIError), world.platform.store.engine.connect() as connection, connection.begin():
                connection.execute(again.values(values))
        said: list[tuple[int, dict[str, object], str]] = [
            (1, {"until": None}, "let SHA256:"),
            (2, {"revoked": world.clock.now(), "reason": "I say so"}, "ended, revoked or begun, and no entry says so"),
        ]
        for number, told, words in said:
            with unguarded(world) as to:
                ends = select(table.c.until, table.c.revoked, table.c.reason).where(table.c.id == number)
                kept = to.execute(ends).one()
                to.execute(update(table).where(table.c.id == number).values(told))
            assert any(words in one.words for one in audit(world.platform.store).wrong)
            with unguarded(world) as to:
                to.execute(update(table).where(table.c.id == number).values(kept._asdict()))
        assert audit(world.platform.store).wrong == []
        with world.platform.store.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM signing_keys")) == 2


def test_no_key_takes_over_while_the_clock_lies_behind_what_was_signed(place: Place) -> None:
    with place.served() as world:
        _filed(world, b"one\n")
    place.clock.move(hours=-2)
    with pytest.raises(Refused, match="lies behind"):
        place.rotate()
