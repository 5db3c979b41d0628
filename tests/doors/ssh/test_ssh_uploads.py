"""Uploads in every order a client may choose: the right file, or a refusal, never a wrong file."""

from __future__ import annotations

import asyncio
import errno
import hashlib
from struct import pack

import asyncssh
import pytest

from backend.core.drop_box import temporary
from backend.doors.ssh.submitting import Open
from backend.doors.ssh.wire import Op, Status
from tests.doors.ssh.raw import Raw, raw_sftp, string
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, YESTERDAY, SftpWorld

NEW = Open.WRITE | Open.CREAT | Open.TRUNC
IN_PLACE = Open.WRITE | Open.CREAT
APPEND = Open.WRITE | Open.CREAT | Open.APPEND
PATH = f"{SUBMIT}/{TODAY}"
DATA = b"".join(b"%08d,%08d\n" % (line, line * 7) for line in range(40_000))


def written(handle: bytes, offset: int, data: bytes) -> bytes:
    return handle + pack(">Q", offset) + string(data)


async def put(raw: Raw, *pieces: tuple[int, bytes], how: Open = NEW, path: str = PATH) -> tuple[int, str]:
    """Opens, writes the pieces in this order, closes; the status of the CLOSE."""
    handle = await raw.open(path, how)
    for offset, data in pieces:
        await raw.status(Op.WRITE, written(handle, offset, data))
    return await raw.status(Op.CLOSE, handle)


def pieces_of(data: bytes) -> list[tuple[int, bytes]]:
    return [(at, data[at : at + 70_000]) for at in range(0, len(data), 70_000)]


def accepted(sftp_world: SftpWorld) -> list[str | None]:
    return [one.sha256 for one in sftp_world.activities(state="accepted")]


async def test_pieces_in_any_order_make_the_right_file(sftp_world: SftpWorld) -> None:
    pieces = pieces_of(DATA)
    async with raw_sftp(sftp_world) as raw:
        for order in (pieces, pieces[::-1], pieces[1::2] + pieces[::2], [*pieces, pieces[2]]):
            assert await put(raw, *order) == (Status.OK, "")
            assert accepted(sftp_world) == [hashlib.sha256(DATA).hexdigest()]
        kind, body = await raw.ask(Op.STAT, string(PATH))
    assert kind == Op.ATTRS and int.from_bytes(body[4:12], "big") == len(DATA)


async def test_a_hole_is_refused_at_close_and_explained(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        code, said = await put(raw, (0, b"a" * 10), (20, b"b" * 10))
        assert code == Status.FAILURE and said.startswith("4515 Incomplete upload"), said
        assert (await raw.status(Op.STAT, string(PATH)))[0] == Status.NO_SUCH_FILE
    async with sftp_world.client() as sftp:
        assert f"{TODAY}.refused.txt" in await sftp.listdir(RECEIPTS)
    assert not sftp_world.staging


async def test_an_offset_beyond_the_folders_limit_is_refused_and_stays_refused(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(PATH, NEW)
        first = await raw.status(Op.WRITE, written(handle, 1 << 40, b"x"))
        assert first[0] == Status.FAILURE and first[1].startswith("4511 File too large")
        assert await raw.status(Op.WRITE, written(handle, 0, b"x")) == first
        assert await raw.status(Op.CLOSE, handle) == first
    assert [one.fault for one in sftp_world.activities()] == [4511] and not sftp_world.staging


async def test_open_without_close_gives_no_file(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(PATH, NEW)
        await raw.status(Op.WRITE, written(handle, 0, b"x"))
        assert (await raw.status(Op.STAT, string(PATH)))[0] == Status.NO_SUCH_FILE
        kind, body = await raw.ask(Op.FSTAT, handle)
        assert kind == Op.ATTRS and int.from_bytes(body[4:12], "big") == 1


async def test_reading_through_an_upload_handle_is_4520(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(PATH, NEW)
        code, said = await raw.status(Op.READ, handle + pack(">QI", 0, 10))
        assert code == Status.PERMISSION_DENIED and said.startswith("4520 ")
        code, said = await raw.status(Op.OPEN, string(PATH) + pack(">II", Open.READ | NEW, 0))
        assert code == Status.PERMISSION_DENIED and said.startswith("4520 ")


async def test_a_name_never_submitted_cannot_be_told_from_a_wrong_one_when_read(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        for name in (TODAY, "nothing"):
            code, _ = await raw.status(Op.OPEN, string(f"{SUBMIT}/{name}") + pack(">II", Open.READ, 0))
            assert code == Status.NO_SUCH_FILE


@pytest.mark.parametrize("size", [len(DATA) // 2, len(DATA), len(DATA) * 2])
async def test_writing_in_place_over_an_accepted_file_shows_nothing_of_it(sftp_world: SftpWorld, size: int) -> None:
    other = (b"#" * len(DATA) * 2)[:size]
    async with raw_sftp(sftp_world) as raw:
        await put(raw, *pieces_of(DATA))
        code, said = await put(raw, *pieces_of(other), how=IN_PLACE)
    if size < len(DATA):
        assert code == Status.FAILURE and said.startswith("4515 ")
        assert accepted(sftp_world) == [hashlib.sha256(DATA).hexdigest()]
    else:
        assert accepted(sftp_world) == [hashlib.sha256(other).hexdigest()]


async def test_a_client_that_writes_in_place_and_says_the_length_is_believed(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        await put(raw, (0, b"a" * 100))
        handle = await raw.open(PATH, IN_PLACE)
        await raw.status(Op.WRITE, written(handle, 0, b"b" * 60))
        assert (await raw.status(Op.FSETSTAT, handle + pack(">IQ", 1, 40)))[0] == Status.OK
        assert (await raw.status(Op.CLOSE, handle))[0] == Status.OK
    assert accepted(sftp_world) == [hashlib.sha256(b"b" * 40).hexdigest()]


async def test_a_length_that_is_said_and_not_delivered_is_4515(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(PATH, NEW)
        assert (await raw.status(Op.FSETSTAT, handle + pack(">IQ", 1, 5_000)))[0] == Status.OK
        await raw.status(Op.WRITE, written(handle, 0, b"b" * 60))
        assert (await raw.status(Op.CLOSE, handle))[1].startswith("4515 ")


async def test_going_on_with_a_file_that_is_not_here_is_refused(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        await put(raw, (0, b"a" * 100))
        code, said = await raw.status(Op.OPEN, string(PATH) + pack(">II", APPEND, 0))
        assert code == Status.FAILURE and said.startswith("4515 ") and "Submit the file again" in said
        other = f"{SUBMIT}/{YESTERDAY}"
        handle = await raw.open(other, APPEND)
        code, said = await raw.status(Op.WRITE, written(handle, 50, b"tail"))
        assert code == Status.FAILURE and said.startswith("4515 ")
        assert (await raw.status(Op.CLOSE, handle))[0] == Status.FAILURE
        assert (await put(raw, (0, b"head"), (0, b"tail"), how=APPEND, path=other))[0] == Status.OK
    assert accepted(sftp_world)[0] == hashlib.sha256(b"headtail").hexdigest()
    assert not sftp_world.staging


async def test_a_resume_without_append_of_an_accepted_file_is_refused_at_open(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        await put(raw, (0, b"a" * 100))
        for path in (PATH, f"{SUBMIT}/{YESTERDAY}"):
            code, said = await raw.status(Op.OPEN, string(path) + pack(">II", Open.WRITE, 0))
            assert code == Status.FAILURE and said.startswith("4515 ") and "Submit the file again" in said
        assert (await put(raw, (100, b"b" * 50), how=IN_PLACE))[1].startswith("4515 "), "a hole, seen at the CLOSE"
    assert accepted(sftp_world) == [hashlib.sha256(b"a" * 100).hexdigest()]


async def test_bytes_behind_a_write_are_left_alone(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(PATH, NEW)
        assert (await raw.status(Op.WRITE, written(handle, 0, b"data") + b"junk"))[0] == Status.OK
        assert (await raw.status(Op.CLOSE, handle))[0] == Status.OK
    assert accepted(sftp_world) == [hashlib.sha256(b"data").hexdigest()]


async def test_a_create_that_must_be_new_does_not_replace(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        await put(raw, (0, b"a"))
        code, _ = await raw.status(Op.OPEN, string(PATH) + pack(">II", NEW | Open.EXCL, 0))
    assert code == Status.FAILURE and not sftp_world.staging


def test_temporary_names_are_those_of_the_clients() -> None:
    for name in (f"{TODAY}.filepart", f"{TODAY}.1a2b3c4d.partial", f"{TODAY}.part", f"{TODAY}.tmp", f".in.{TODAY}."):
        assert temporary(name)
    hostile = ("x\x1b.tmp", "../x.tmp", ".in.\u202excsv.", "x" * 5000 + ".part", "é.tmp", "..tmp", ".tmp/x.part")
    for name in (TODAY, *hostile):
        assert not temporary(name)


@pytest.mark.parametrize("name", [f"{TODAY}.filepart", f".in.{TODAY}.", "x.tmp"])
async def test_a_temporary_name_is_submitted_by_its_rename(sftp_world: SftpWorld, name: str) -> None:
    draft = f"{SUBMIT}/{name}"
    async with sftp_world.client() as sftp, sftp_world.client() as other:
        async with sftp.open(draft, "wb") as file:
            await file.write(DATA)
        assert (await other.stat(draft)).size == len(DATA) and name in await other.listdir(SUBMIT)
        assert not sftp_world.activities()
        with pytest.raises(asyncssh.SFTPError) as refused:
            await other.rename(draft, f"{SUBMIT}/SD1_01235_20220520.csv")
        assert refused.value.reason.startswith("4505 ")
        await other.posix_rename(draft, PATH)
        assert not await sftp.exists(draft) and (await sftp.stat(PATH)).size == len(DATA)
    assert accepted(sftp_world) == [hashlib.sha256(DATA).hexdigest()]


async def test_a_draft_is_its_own_accounts_and_gone_when_removed(sftp_world: SftpWorld) -> None:
    draft = f"{PATH}.filepart"
    async with sftp_world.client() as sftp, sftp_world.client("ACMEBOT1") as other:
        async with sftp.open(draft, "wb") as file:
            await file.write(b"abc")
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await other.rename(draft, PATH)
        await sftp.remove(draft)
        assert not sftp_world.staging
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await sftp.rename(draft, PATH)
    assert not sftp_world.activities()


async def test_a_draft_gets_another_temporary_name_only_where_a_file_may_be_put(sftp_world: SftpWorld) -> None:
    draft, foreign = f"{PATH}.part", [f"/{where}/submit/{TODAY}.part" for where in ("09999/SD-1", "01234/NONE")]
    async with sftp_world.client() as sftp:
        async with sftp.open(draft, "wb") as file:
            await file.write(DATA)
        for path in foreign:
            with pytest.raises(asyncssh.SFTPError):
                await sftp.rename(draft, path)
        assert (await sftp.stat(draft)).size == len(DATA), "it stays where it was"
        await sftp.rename(draft, f"{SUBMIT}/other.tmp")
        await sftp.rename(f"{SUBMIT}/other.tmp", PATH)
    assert accepted(sftp_world) == [hashlib.sha256(DATA).hexdigest()]


async def test_a_draft_can_be_continued_and_shortened(sftp_world: SftpWorld) -> None:
    draft = f"{PATH}.filepart"
    async with raw_sftp(sftp_world) as raw:
        await put(raw, (0, b"head"), path=draft)
        await put(raw, (4, b"tail"), how=APPEND, path=draft)
        await put(raw, (8, b"more"), how=Open.WRITE, path=draft)
        assert (await raw.status(Op.SETSTAT, string(draft) + pack(">IQ", 1, 10)))[0] == Status.OK
        assert (await raw.status(Op.RENAME, string(draft) + string(PATH)))[0] == Status.OK
    assert accepted(sftp_world) == [hashlib.sha256(b"headtailmo").hexdigest()]


async def test_removing_an_accepted_name_only_hides_it_until_it_is_replaced(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp, sftp_world.client("ACMEBOT1") as other:
        async with sftp.open(PATH, "wb") as file:
            await file.write(b"first")
        await sftp.remove(PATH)
        assert not await sftp.exists(PATH) and await other.exists(PATH)
        assert await sftp.listdir(SUBMIT) == []
        assert len(accepted(sftp_world)) == 1
        async with sftp.open(f"{PATH}.filepart", "wb") as file:
            await file.write(b"second")
        await sftp.rename(f"{PATH}.filepart", PATH)
        assert (await sftp.stat(PATH)).size == 6
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await sftp.remove(f"{SUBMIT}/{YESTERDAY}")
    assert [one.version for one in sftp_world.activities()] == [2, 1]


async def test_a_file_of_64_mib_arrives_whole(sftp_world: SftpWorld) -> None:
    data = DATA * (64 * 2**20 // len(DATA))
    path = sftp_world.file(TODAY, data)
    async with sftp_world.client() as sftp:
        await sftp.put(str(path), PATH)
    assert accepted(sftp_world) == [hashlib.sha256(data).hexdigest()]


async def test_a_file_full_of_holes_is_refused_before_it_costs_time(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        code, said = await put(raw, *((at * 2, b"x") for at in range(1100)))
    assert code == Status.FAILURE and said.startswith("9002 ") and "pieces" in said
    assert not sftp_world.staging


async def test_of_two_connections_writing_one_name_the_later_commits_and_the_other_is_told(
    sftp_world: SftpWorld,
) -> None:
    async with sftp_world.client() as first, sftp_world.client() as second, sftp_world.client("ACMEBOT1") as colleague:
        files = [await one.open(PATH, "wb") for one in (first, second, colleague)]
        for _ in range(20):
            for file, letter in zip(files[1:], (b"b", b"c"), strict=True):
                await file.write(letter * 100_000)
        with pytest.raises(asyncssh.SFTPFailure) as refused:
            await files[0].write(b"a")
        assert refused.value.reason.startswith("4519 ")
        await asyncio.gather(*(file.close() for file in files[1:]))
        with pytest.raises(asyncssh.SFTPFailure):
            await files[0].close()
        assert f"{TODAY}.refused.txt" not in await first.listdir(RECEIPTS)
    shas = {hashlib.sha256(letter * 2_000_000).hexdigest() for letter in (b"b", b"c")}
    assert {one.sha256 for one in sftp_world.activities()} == shas and not sftp_world.staging


async def test_a_handle_whose_place_was_taken_hides_nothing_of_what_was_accepted_since(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as first, sftp_world.client() as second:
        displaced = await first.open(PATH, "wb")
        async with second.open(PATH, "wb") as file:
            await file.write(b"accepted")
        with pytest.raises(asyncssh.SFTPFailure, match="4519"):
            await displaced.close()
        assert (await first.stat(PATH)).size == len(b"accepted")


@pytest.mark.parametrize("call", ["pwrite", "fsync", "rename"])
async def test_a_full_disk_is_4516_and_the_version_before_stands(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    async with raw_sftp(sftp_world) as raw:
        assert (await put(raw, (0, b"first")))[0] == Status.OK
        with monkeypatch.context() as patch:
            patch.setattr(f"backend.adapters.vault.local.os.{call}", full)
            code, said = await put(raw, (0, b"second"))
        assert code == Status.FAILURE and said.startswith("4516 No room on the server"), said
        assert [one.size for one in sftp_world.activities()] == [5] and not sftp_world.staging
        assert (await put(raw, (0, b"second")))[0] == Status.OK


async def test_a_failing_database_is_9000_and_nothing_is_accepted(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("secret path")

    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(PATH, NEW)
        await raw.status(Op.WRITE, written(handle, 0, b"data"))
        with monkeypatch.context() as patch:
            patch.setattr(sftp_world.world.platform.store, "write", broken)
            code, said = await raw.status(Op.CLOSE, handle)
        assert code == Status.FAILURE and said.startswith("9000 ") and "secret" not in said
    assert not sftp_world.activities() and not sftp_world.staging
