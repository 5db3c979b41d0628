"""A line that breaks amid an upload: nothing is submitted, what came can be gone on with, and never looks accepted."""

from __future__ import annotations

import asyncio
import hashlib
from struct import pack, unpack

import asyncssh
import pytest

from backend.doors.ssh.submitting import Open
from backend.doors.ssh.wire import Op, Status
from tests.doors.ssh.raw import Raw, raw_sftp, string
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, SftpWorld

PATH = f"{SUBMIT}/{TODAY}"
BLOCK = 32 * 1024
DATA = b"".join(b"%07d\n" % line for line in range(20_000))
NEW = Open.WRITE | Open.CREAT | Open.TRUNC
IN_PLACE = Open.WRITE | Open.CREAT
APPEND = Open.WRITE | Open.CREAT | Open.APPEND


async def write(raw: Raw, handle: bytes, offset: int, data: bytes) -> tuple[int, str]:
    return await raw.status(Op.WRITE, handle + pack(">Q", offset) + string(data))


async def cut(sftp_world: SftpWorld, *pieces: tuple[int, bytes], path: str = PATH) -> None:
    """An upload whose connection ends before the CLOSE."""
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(path, NEW)
        for offset, data in pieces:
            assert (await write(raw, handle, offset, data))[0] == Status.OK
    async with asyncio.timeout(5):
        while sftp_world.door._desk._written or sftp_world.door._work:
            await asyncio.sleep(0.01)


async def size(raw: Raw, path: str = PATH) -> int | None:
    kind, body = await raw.ask(Op.STAT, string(path))
    return unpack(">Q", body[4:12])[0] if kind == Op.ATTRS else None


def sha256s(sftp_world: SftpWorld) -> list[str | None]:
    return [one.sha256 for one in sftp_world.activities(state="accepted")]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("how", [APPEND, Open.WRITE, IN_PLACE])
async def test_what_came_is_shown_shorter_than_it_was_and_gone_on_with(sftp_world: SftpWorld, how: Open) -> None:
    await cut(sftp_world, (0, DATA))
    assert not sftp_world.activities()
    async with raw_sftp(sftp_world) as raw, sftp_world.client("ACMEBOT1") as colleague:
        kept = await size(raw)
        assert kept == (len(DATA) - 1) // BLOCK * BLOCK, "all of it came, and yet it does not look whole"
        assert not await colleague.exists(PATH)
        sftp_world.world.clock.move(minutes=5)
        handle = await raw.open(PATH, how)
        assert (await write(raw, handle, kept, DATA[kept : kept + 10_000]))[0] == Status.OK
        assert (await write(raw, handle, kept + 10_000, DATA[kept + 10_000 :]))[0] == Status.OK
        assert (await raw.status(Op.CLOSE, handle))[0] == Status.OK
    (stands,) = sftp_world.activities()
    assert stands.sha256 == sha256(DATA) and not sftp_world.staging
    assert stands.received_start == sftp_world.world.clock.now(), "the OPEN whose CLOSE delivered it"


async def test_nothing_of_what_came_before_shows_through(sftp_world: SftpWorld) -> None:
    for offset in (0, BLOCK + 7):
        await cut(sftp_world, (0, DATA))
        async with raw_sftp(sftp_world) as raw:
            handle = await raw.open(PATH, IN_PLACE)
            await write(raw, handle, offset, b"other")
            assert (await raw.status(Op.CLOSE, handle))[0] == Status.OK
            assert sha256s(sftp_world) == [sha256(DATA[:offset] + b"other")]
            assert (await raw.status(Op.REMOVE, string(PATH)))[0] == Status.OK


async def test_what_was_cut_is_neither_closed_nor_named_as_if_it_were_whole(sftp_world: SftpWorld) -> None:
    draft = f"{SUBMIT}/x.tmp"
    await cut(sftp_world, (0, DATA))
    await cut(sftp_world, (0, DATA), path=draft)
    async with raw_sftp(sftp_world) as raw:
        for old in (draft, PATH):
            assert (await raw.status(Op.RENAME, string(old) + string(PATH)))[1].startswith("4515 ")
        handle = await raw.open(PATH, IN_PLACE)
        assert (await raw.status(Op.CLOSE, handle))[1].startswith("4515 ")
        assert await size(raw) is None and await size(raw, draft) is not None
        for offset in (1, BLOCK, len(DATA)):
            handle = await raw.open(draft, APPEND)
            code, said = await write(raw, handle, offset, b"x")
            assert code == Status.FAILURE and said.startswith("4515 "), "not where it ends"
            assert (await raw.status(Op.CLOSE, handle))[0] == Status.FAILURE
            await cut(sftp_world, (0, DATA), path=draft)
    assert not sha256s(sftp_world)


async def test_bytes_behind_a_hole_are_not_kept(sftp_world: SftpWorld) -> None:
    await cut(sftp_world, (0, DATA[:70_000]), (100_000, DATA[100_000:]))
    async with raw_sftp(sftp_world) as raw:
        assert await size(raw) == 2 * BLOCK


async def test_over_a_file_that_stands_nothing_is_kept_and_it_is_shown_as_it_is(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        async with sftp.open(PATH, "wb") as file:
            await file.write(b"stands")
        await cut(sftp_world, (0, DATA))
        assert (await sftp.stat(PATH)).size == 6 and not sftp_world.staging
        await sftp.remove(PATH)
        await cut(sftp_world, (0, DATA))
        assert (await sftp.stat(PATH)).size == (len(DATA) - 1) // BLOCK * BLOCK, "it was said to be replaced"
        async with sftp.open(PATH, "wb") as file:
            await file.write(b"anew")
    assert sha256s(sftp_world) == [sha256(b"anew")] and not sftp_world.staging


async def test_after_a_refusal_the_name_shows_no_file_at_all(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp, sftp_world.client("ACMEBOT1") as colleague:
        async with sftp.open(PATH, "wb") as file:
            await file.write(b"stands")
        with pytest.raises(asyncssh.SFTPFailure):
            await (await sftp.open(PATH, "wb")).close()
        assert not await sftp.exists(PATH) and TODAY not in await sftp.listdir(SUBMIT)
        assert f"{TODAY}.refused.txt" in await sftp.listdir(RECEIPTS)
        assert (await colleague.stat(PATH)).size == 6, "what was accepted stays accepted"
        async with sftp.open(PATH, "wb") as file:
            await file.write(b"stands")
        assert (await sftp.stat(PATH)).size == 6
        assert f"{TODAY}.refused.txt" not in await sftp.listdir(RECEIPTS)


async def test_the_length_of_what_was_accepted_is_not_said_to_change(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(PATH, NEW)
        await write(raw, handle, 0, b"stands")
        await raw.status(Op.CLOSE, handle)
        assert (await raw.status(Op.SETSTAT, string(PATH) + pack(">III", 8, 1, 1)))[0] == Status.OK
        assert (await raw.status(Op.SETSTAT, string(PATH) + pack(">IQ", 1, 6)))[0] == Status.OK
        assert (await raw.status(Op.SETSTAT, string(PATH) + pack(">IQ", 1, 3)))[1].startswith("2002 ")
        assert await size(raw) == 6


async def test_room_is_told_for_folders_that_take_files(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        for path, limit in ((SUBMIT, 1 << 30), ("/", 0), (RECEIPTS, 0), ("/01234/RPT-TRD/download", 0)):
            figures = await sftp.statvfs(path)
            total = figures.blocks * figures.frsize
            assert total >= limit and (path == "/" or total == limit or limit) and figures.bavail <= figures.blocks
            assert bool(figures.flags & 1) is (total == 0), "read-only where nothing is taken"
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await sftp.statvfs("/nothing")
        with pytest.raises(asyncssh.SFTPFailure):
            await sftp.mkdir(SUBMIT)
        await sftp.makedirs(SUBMIT, exist_ok=True)
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await sftp.mkdir(f"{SUBMIT}/new")
