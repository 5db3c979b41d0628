"""The requests of programs that do not run here, one by one: WinSCP, FileZilla, JSch, sshj, SSH.NET, Go's pkg/sftp."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from struct import pack, unpack

import paramiko
import pytest

from backend.doors.ssh.submitting import Open
from backend.doors.ssh.wire import Op, Status
from tests.clients.running import all_left, at
from tests.doors.ssh.raw import Raw, raw_sftp, string
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, SftpWorld

PATH = f"{SUBMIT}/{TODAY}"
PART = f"{PATH}.filepart"
NEW = Open.WRITE | Open.CREAT | Open.TRUNC
DATA = b"".join(b"%08d,%08d\n" % (line, line * 7) for line in range(20_000))
HALF = len(DATA) // 2 // 16384 * 16384
LOP = "/01234/LOP/submit/LOP_01234_20220520.csv"
TIMES = pack(">III", 8, 1_653_000_000, 1_653_000_000)
MODE_AND_TIMES = pack(">IIII", 4 | 8, 0o100644, 1_653_000_000, 1_653_000_000)
OK = (Status.OK, "")


class Replay(Raw):
    """A program's requests, in its own words."""

    async def size(self, path: str) -> int | None:
        """By LSTAT; None where there is no such file."""
        kind, body = await self.ask(Op.LSTAT, string(path))
        if kind == Op.STATUS:
            assert unpack(">I", body[:4])[0] == Status.NO_SUCH_FILE
            return None
        return int(unpack(">Q", body[4:12])[0])

    async def write(self, handle: bytes, data: bytes, start: int = 0, piece: int = 32768) -> None:
        """All requests at once, as every fast program does; every answer must be OK."""
        offsets = range(start, start + len(data), piece)
        for offset in offsets:
            part = data[offset - start : offset - start + piece]
            self.send(Op.WRITE, handle + pack(">Q", offset) + string(part))
        for _ in offsets:
            kind, _, body = await self.receive()
            assert kind == Op.STATUS and unpack(">I", body[:4])[0] == Status.OK, body

    async def put(self, path: str, data: bytes, how: Open = NEW, piece: int = 32768) -> tuple[int, str]:
        handle = await self.open(path, how)
        await self.write(handle, data, piece=piece)
        return await self.status(Op.CLOSE, handle)


@asynccontextmanager
async def replaying(sftp_world: SftpWorld) -> AsyncIterator[Replay]:
    async with raw_sftp(sftp_world) as raw:
        yield Replay(raw.writer, raw.reader)


def accepted(sftp_world: SftpWorld, data: bytes, version: int = 1) -> bool:
    newest = sftp_world.activities()[0]
    return (newest.state, newest.version, newest.sha256) == ("accepted", version, hashlib.sha256(data).hexdigest())


async def half_of(sftp_world: SftpWorld, path: str) -> int:
    """Puts one half of it, and is gone; returns how much a program finds of it when it comes again."""
    async with replaying(sftp_world) as program:
        await program.write(await program.open(path, NEW), DATA[:HALF])
    await all_left(sftp_world)
    assert not sftp_world.activities()
    async with replaying(sftp_world) as program:
        kept = await program.size(path)
    assert kept is not None and 0 < kept <= HALF
    return kept


async def test_winscp_puts_a_filepart_and_removes_before_it_renames(sftp_world: SftpWorld) -> None:
    async with replaying(sftp_world) as program:
        for version, data in enumerate((DATA, DATA[::-1]), 1):
            before = await program.size(PATH)
            assert before == (len(DATA) if version > 1 else None) and await program.size(PART) is None
            assert await program.put(PART, data) == OK
            assert len(sftp_world.activities()) == version - 1, "under its temporary name it is nothing yet"
            if before is not None:
                assert await program.status(Op.REMOVE, string(PATH)) == OK
                assert await program.size(PATH) is None
            assert await program.status(Op.RENAME, string(PART) + string(PATH)) == OK
            assert await program.status(Op.SETSTAT, string(PATH) + MODE_AND_TIMES) == OK
            assert accepted(sftp_world, data, version) and await program.size(PATH) == len(data)


async def test_winscp_goes_on_with_its_filepart_without_append(sftp_world: SftpWorld) -> None:
    kept = await half_of(sftp_world, PART)
    async with replaying(sftp_world) as program:
        assert await program.size(PATH) is None
        handle = await program.open(PART, Open.WRITE)
        await program.write(handle, DATA[kept:], kept)
        assert await program.status(Op.CLOSE, handle) == OK
        assert await program.status(Op.SETSTAT, string(PART) + TIMES) == OK
        assert await program.status(Op.RENAME, string(PART) + string(PATH)) == OK
    assert accepted(sftp_world, DATA) and len(sftp_world.activities()) == 1


async def test_winscp_puts_a_small_file_under_its_own_name(sftp_world: SftpWorld) -> None:
    async with replaying(sftp_world) as program:
        assert await program.put(PATH, b"1,2\n") == OK
        assert await program.status(Op.SETSTAT, string(PATH) + MODE_AND_TIMES) == OK
    assert accepted(sftp_world, b"1,2\n")


async def test_filezilla_puts_in_pieces_of_16_kib_and_sets_the_time(sftp_world: SftpWorld) -> None:
    async with replaying(sftp_world) as program:
        for version, data in enumerate((DATA, DATA[::-1]), 1):
            assert await program.put(PATH, data, piece=16384) == OK
            assert await program.status(Op.SETSTAT, string(PATH) + TIMES) == OK
            assert accepted(sftp_world, data, version)


@pytest.mark.parametrize("program_opens", [Open.WRITE, Open.WRITE | Open.CREAT], ids=["FileZilla", "JSch"])
async def test_a_reput_without_append_goes_on_where_the_file_ends(sftp_world: SftpWorld, program_opens: Open) -> None:
    """FileZilla asks the open file for its size, JSch the name before it opens it."""
    kept = await half_of(sftp_world, PATH)
    async with replaying(sftp_world) as program:
        handle = await program.open(PATH, program_opens)
        kind, body = await program.ask(Op.FSTAT, handle)
        assert kind == Op.ATTRS and unpack(">Q", body[4:12])[0] == kept
        await program.write(handle, DATA[kept:], kept, piece=16384)
        assert await program.status(Op.CLOSE, handle) == OK
    assert accepted(sftp_world, DATA) and len(sftp_world.activities()) == 1


async def test_a_reput_of_what_was_accepted_submits_nothing(sftp_world: SftpWorld) -> None:
    async with replaying(sftp_world) as program:
        assert await program.put(PATH, DATA) == OK
        code, said = await program.status(Op.OPEN, string(PATH) + pack(">II", Open.WRITE, 0))
        assert code == Status.FAILURE and said.startswith("4515 "), said
    assert accepted(sftp_world, DATA) and len(sftp_world.activities()) == 1


async def test_sshj_and_others_who_do_not_hear_a_refusal_hear_that_nothing_is_there(sftp_world: SftpWorld) -> None:
    """They set times or ask for the size after a CLOSE whose answer they pass over."""
    good = b"account,series,long,short\nA1,HSI2206,10,0\n"
    async with replaying(sftp_world) as program:
        for before in (b"", good):
            assert not before or await program.put(LOP, before) == OK
            code, said = await program.put(LOP, good.replace(b"10", b"xx"))
            assert code == Status.FAILURE and said.startswith("4514 "), said
            assert (await program.status(Op.SETSTAT, string(LOP) + TIMES))[0] == Status.NO_SUCH_FILE
            assert await program.size(LOP) is None
        assert await program.put(LOP, good) == OK and await program.size(LOP) == len(good)
    assert [one.state for one in sftp_world.activities()].count("accepted") == 1


async def test_go_writes_its_pieces_in_any_order_over_one_connection(sftp_world: SftpWorld) -> None:
    async with replaying(sftp_world) as program:
        handle = await program.open(PATH, NEW)
        for offset in (*range(32768, len(DATA), 65536), *range(0, len(DATA), 65536)):
            await program.write(handle, DATA[offset : offset + 32768], offset)
        assert await program.status(Op.CLOSE, handle) == OK
    assert accepted(sftp_world, DATA)


async def test_ssh_net_which_hangs_on_a_failing_write_is_let_go(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.doors.ssh.session._LINGER", 0.2)
    async with sftp_world.connected() as connection:
        writer, reader, _ = await connection.open_session(subsystem="sftp", encoding=None)
        program = Replay(writer, reader)
        writer.write(pack(">IBI", 5, Op.INIT, 3))
        await reader.readexactly(unpack(">I", await reader.readexactly(4))[0])
        handle = await program.open(PATH, NEW)
        code, said = await program.status(Op.WRITE, handle + pack(">Q", 1 << 40) + string(b"x"))
        assert code == Status.FAILURE and said.startswith("4511 ")
        await asyncio.wait_for(connection.wait_closed(), 5)
    async with sftp_world.client() as sftp:
        assert await sftp.exists(f"{RECEIPTS}/{TODAY}.refused.txt")


async def test_paramiko_writing_a_file_itself_hears_no_refusal_and_finds_it_in_the_receipts(
    sftp_world: SftpWorld,
) -> None:
    server = at(sftp_world)

    def write() -> bytes:
        with paramiko.SSHClient() as client:
            client.load_host_keys(str(server.known_hosts))
            client.connect("127.0.0.1", server.port, server.login_id, key_filename=str(server.key), allow_agent=False)
            sftp = client.open_sftp()
            with sftp.open(LOP, "wb") as file:
                file.set_pipelined(True)
                for _ in range(100):
                    file.write(b"no,such,header\n" * 1000)
            with pytest.raises(FileNotFoundError):
                sftp.stat(LOP)
            with sftp.open(f"{LOP.replace('submit', 'receipts')}.refused.txt") as why:
                return why.read()

    assert (await asyncio.to_thread(write)).startswith(b"4514 ")
