"""The vault: durable before anything stands on it, immutable after, and clean when refused."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.vault import LocalVault
from backend.adapters.vault.local import LocalStaging
from backend.contract.faults import NO_ROOM, Refused

TOMORROW = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def vault(tmp_path: Path) -> LocalVault:
    return LocalVault(tmp_path)


def staged(vault: LocalVault, *writes: tuple[int, bytes]) -> LocalStaging:
    staging = vault.stage()
    for offset, data in writes:
        staging.write(offset, data)
    return staging


def files_in(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_bytes_kept_are_the_bytes_written(vault: LocalVault, tmp_path: Path) -> None:
    staging = staged(vault, (0, b"abc"), (3, b"def"))
    assert (staging.size, staging.contiguous) == (6, True)
    assert staging.sha256() == hashlib.sha256(b"abcdef").hexdigest()
    key = staging.keep()
    assert vault.path(key).read_bytes() == b"abcdef"
    assert vault.path(key).stat().st_mode & 0o777 == 0o600
    assert files_in(tmp_path) == [vault.path(key)]


def test_an_empty_file_is_whole(vault: LocalVault) -> None:
    staging = vault.stage()
    assert (staging.size, staging.contiguous, staging.sha256()) == (0, True, hashlib.sha256(b"").hexdigest())


def test_bytes_out_of_order_are_read_again_for_their_hash(vault: LocalVault) -> None:
    staging = staged(vault, (3, b"def"), (0, b"abc"))
    assert staging.contiguous and staging.sha256() == hashlib.sha256(b"abcdef").hexdigest()


def test_bytes_written_twice_count_as_written_last(vault: LocalVault) -> None:
    staging = staged(vault, (0, b"abcdef"), (1, b"XY"))
    assert staging.contiguous and staging.sha256() == hashlib.sha256(b"aXYdef").hexdigest()


def test_a_hole_is_noticed(vault: LocalVault) -> None:
    staging = staged(vault, (0, b"abc"), (4, b"e"))
    assert not staging.contiguous
    staging.write(3, b"d")
    assert staging.contiguous and staging.sha256() == hashlib.sha256(b"abcde").hexdigest()
    assert not staged(vault, (1, b"x")).contiguous


def test_room_reserved_but_never_written_is_a_hole(vault: LocalVault) -> None:
    staging = vault.stage()
    staging.truncate(6)
    assert (staging.size, staging.contiguous) == (6, False)
    staging.write(0, b"abc")
    assert not staging.contiguous
    staging.write(3, b"def")
    assert staging.contiguous and staging.sha256() == hashlib.sha256(b"abcdef").hexdigest()


def test_writing_nothing_far_away_changes_nothing(vault: LocalVault) -> None:
    staging = staged(vault, (0, b"abc"), (100, b""))
    assert (staging.size, staging.contiguous) == (3, True)


def test_a_file_cut_shorter_has_the_hash_of_what_is_left(vault: LocalVault) -> None:
    staging = staged(vault, (0, b"abcdef"))
    staging.truncate(2)
    assert (staging.size, staging.contiguous) == (2, True)
    assert staging.sha256() == hashlib.sha256(b"ab").hexdigest()
    staging.write(2, b"Z")
    assert staging.sha256() == hashlib.sha256(b"abZ").hexdigest()


steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 40), st.binary(max_size=12)),
        st.tuples(st.just("truncate"), st.integers(0, 50), st.just(b"")),
    ),
    max_size=12,
)


@given(steps)
def test_whatever_the_order_size_hash_and_holes_are_those_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, int, bytes]]
) -> None:
    staging = LocalVault(tmp_path_factory.mktemp("vault")).stage()
    model: list[int | None] = []
    for act, at, data in told:
        if act == "truncate":
            staging.truncate(at)
            model = model[:at] + [None] * (at - len(model))
        elif data:
            staging.write(at, data)
            model += [None] * (at + len(data) - len(model))
            model[at : at + len(data)] = data
        else:
            staging.write(at, data)
    assert staging.size == len(model)
    assert staging.contiguous == (None not in model)
    assert staging.sha256() == hashlib.sha256(bytes(byte or 0 for byte in model)).hexdigest()
    staging.abandon()


# ── durability ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_file_is_on_disk_before_its_name_and_its_name_before_the_answer(
    vault: LocalVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def spied(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            target = Path(os.readlink(f"/proc/self/fd/{args[0]}")) if name == "fsync" else Path(args[1])
            done.append(f"{name} {target.relative_to(tmp_path).parts[0]}{'/' * (len(target.parts) - len(base) - 1)}")
            return real(*args, **kwargs)

        return call

    base = tmp_path.parts
    staging = staged(vault, (0, b"abc"))
    monkeypatch.setattr(os, "fsync", spied("fsync", os.fsync))
    monkeypatch.setattr(os, "rename", spied("rename", os.rename))
    staging.keep()
    assert [step for step in done if step != "fsync vault"] == ["fsync staging/", "rename vault//", "fsync vault/"]
    assert done.index("fsync vault") < done.index("fsync vault/"), "the new folder's own name"


def test_the_name_of_a_new_folder_is_durable_whoever_made_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two uploads into a new folder, the one that did not make it must not trust that the other has synced it."""
    vault = LocalVault(tmp_path)
    for number in range(256):
        (tmp_path / "vault" / f"{number:02x}").mkdir()
    synced: list[str] = []
    real = os.fsync

    def spied(handle: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        real(handle)

    monkeypatch.setattr(os, "fsync", spied)
    key = staged(vault, (0, b"abc")).keep()
    assert synced.index("vault") < synced.index(key[:2]) and len(synced) == 3


def test_what_is_kept_is_never_changed_or_removed_by_its_staging(vault: LocalVault) -> None:
    staging = staged(vault, (0, b"abc"))
    key = staging.keep()
    staging.abandon()
    with pytest.raises(OSError, match="Bad file descriptor"):
        staging.write(0, b"X")
    assert vault.path(key).read_bytes() == b"abc"


def test_the_same_bytes_twice_are_two_objects(vault: LocalVault) -> None:
    assert staged(vault, (0, b"abc")).keep() != staged(vault, (0, b"abc")).keep()


# ── no room ──────────────────────────────────────────────────────────────────────────────────────────────────────


def full(*args: Any, **kwargs: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_refuses_with_4516_while_writing(
    vault: LocalVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    staging = staged(vault, (0, b"abc"))

    def fails(*args: Any) -> int:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "pwrite", fails)
    with pytest.raises(Refused) as refused:
        staging.write(3, b"def")
    assert refused.value.fault is NO_ROOM
    staging.abandon()
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("call", ["fsync", "mkdir", "rename"])
def test_a_full_disk_while_keeping_refuses_and_leaves_nothing_kept(
    vault: LocalVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    staging = staged(vault, (0, b"abc"))
    monkeypatch.setattr(os, call, full)
    with pytest.raises(Refused) as refused:
        staging.keep()
    assert refused.value.fault is NO_ROOM
    staging.abandon()
    assert files_in(tmp_path) == []


def test_a_disk_full_when_staging_begins_is_4516_too(vault: LocalVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "open", full)
    with pytest.raises(Refused) as refused:
        vault.stage()
    assert refused.value.fault is NO_ROOM


def test_another_error_of_the_disk_is_not_called_a_full_one(vault: LocalVault, monkeypatch: pytest.MonkeyPatch) -> None:
    staging = staged(vault, (0, b"abc"))

    def broken(*args: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        staging.keep()
    staging.abandon()


def test_a_short_write_is_continued(vault: LocalVault, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, offset: real(file, bytes(data)[:2], offset))
    assert staged(vault, (0, b"abcdefg")).keep()
    staging = staged(vault, (0, b"abcdefg"))
    assert vault.path(staging.keep()).read_bytes() == b"abcdefg"


# ── abandoned and swept ──────────────────────────────────────────────────────────────────────────────────────────


def test_abandoning_leaves_nothing_and_may_be_said_twice(vault: LocalVault, tmp_path: Path) -> None:
    staging = staged(vault, (0, b"abc"))
    staging.abandon()
    staging.abandon()
    assert files_in(tmp_path) == []


def test_sweeping_takes_old_staging_and_leaves_young(vault: LocalVault, tmp_path: Path) -> None:
    staging = staged(vault, (0, b"abc"))
    assert vault.sweep_staging(datetime.now(UTC) - timedelta(hours=24)) == 0
    assert vault.sweep_staging(TOMORROW) == 1
    assert files_in(tmp_path) == []
    staging.abandon()


def test_an_object_is_as_old_as_its_keeping_not_as_its_last_byte(vault: LocalVault, tmp_path: Path) -> None:
    """Else an upload that rested for a day would be swept between its keeping and its row."""
    staging = staged(vault, (0, b"abc"))
    (path,) = files_in(tmp_path)
    os.utime(path, (0, 0))
    staging.keep()
    assert vault.old_keys(datetime.now(UTC) - timedelta(hours=24)) == []


def test_old_keys_are_those_kept_before(vault: LocalVault) -> None:
    key = staged(vault, (0, b"abc")).keep()
    assert vault.old_keys(TOMORROW) == [key]
    vault.delete(key)
    vault.delete(key)
    assert vault.old_keys(TOMORROW) == []


def test_a_vault_says_how_much_room_there_is(tmp_path: Path) -> None:
    assert 0 < LocalVault(tmp_path).room() <= shutil.disk_usage(tmp_path).total
