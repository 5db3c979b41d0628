"""What one client, one account and all strangers together may take of the server."""

from __future__ import annotations

import asyncio
from struct import pack

import asyncssh
import pytest

from backend.contract.faults import TOO_MANY_HANDLES, Refused
from backend.doors.ssh import desk as desk_module
from backend.doors.ssh import server, session, visit
from backend.doors.ssh.desk import DRAFTS_FOR, HIDDEN_FOR, MOST_DRAFTS, Desk
from backend.doors.ssh.submitting import Open
from backend.doors.ssh.tree import Spot
from backend.doors.ssh.wire import MOST_HANDLES, Op, Status
from tests.doors.ssh.raw import raw_sftp, string
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, SftpWorld

NEW = pack(">II", Open.WRITE | Open.CREAT | Open.TRUNC, 0)


async def test_a_session_holds_32_handles_and_no_more(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        for number in range(MOST_HANDLES):
            kind, _ = await raw.ask(*((Op.OPENDIR, string("/")) if number % 2 else (Op.OPENDIR, string(SUBMIT))))
            assert kind == Op.HANDLE
        for ask in ((Op.OPENDIR, string("/")), (Op.OPEN, string(f"{SUBMIT}/{TODAY}") + NEW)):
            code, said = await raw.status(*ask)
            assert code == Status.FAILURE and said.startswith("5005 ")
    assert not sftp_world.staging


async def test_the_process_has_a_budget_of_open_uploads(sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "MOST_UPLOADS", 3)
    async with sftp_world.client() as sftp, sftp_world.client("ACMEBOT1") as other:
        files = [await one.open(f"{SUBMIT}/{TODAY}", "wb") for one in (sftp, other, sftp)]
        with pytest.raises(asyncssh.SFTPFailure) as refused:
            await other.open(f"{SUBMIT}/{TODAY}", "wb")
        assert refused.value.reason.startswith("5005 ")
        await files[0].write(b"1")
        await files[0].close()
        await other.open(f"{SUBMIT}/{TODAY}", "wb")


async def test_budget_comes_back_however_an_upload_ends(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        async with sftp.open(f"{SUBMIT}/{TODAY}", "wb") as file:
            await file.write(b"1")
        with pytest.raises(asyncssh.SFTPError):
            await sftp.open(f"{SUBMIT}/wrong", "wb")
        file = await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
        with pytest.raises(asyncssh.SFTPError):
            await file.close()
        async with sftp.open(f"{SUBMIT}/x.tmp", "wb") as file:
            await file.write(b"1")
        async with sftp.open(f"{SUBMIT}/x.tmp", "wb") as file:
            await file.write(b"2")
        with pytest.raises(asyncssh.SFTPError):
            await sftp.rename(f"{SUBMIT}/x.tmp", f"{SUBMIT}/wrong")
        await sftp.rename(f"{SUBMIT}/x.tmp", f"{SUBMIT}/{TODAY}")
        await sftp.open(f"{SUBMIT}/y.tmp", "wb")
        await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
    async with asyncio.timeout(5):
        while sftp_world.staging:
            await asyncio.sleep(0.02)
    assert sftp_world.door._desk._open == 0


async def test_one_connection_opens_ten_sessions_and_no_more(sftp_world: SftpWorld) -> None:
    async with sftp_world.connected() as connection:
        for _ in range(visit.MOST_SESSIONS):
            await connection.start_sftp_client()
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.start_sftp_client()


async def test_one_account_opens_so_many_connections_and_no_more(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_VISITS", 2)
    async with sftp_world.connected(), sftp_world.connected(), sftp_world.connected("TAI09"):
        with pytest.raises(asyncssh.PermissionDenied):
            async with sftp_world.connected():
                pass


async def test_strangers_who_never_sign_in_are_let_in_only_so_far(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_STRANGERS", 2)
    opened = [await asyncio.open_connection("127.0.0.1", sftp_world.door.port) for _ in range(3)]
    async with asyncio.timeout(5):
        for reader, _ in opened[:2]:
            assert (await reader.readline()).startswith(b"SSH-2.0-")
        with pytest.raises((asyncssh.ConnectionLost, ConnectionError)):
            async with sftp_world.connected():
                pass
    for _, writer in opened:
        writer.close()
    async with asyncio.timeout(5):
        while sftp_world.door._strangers:
            await asyncio.sleep(0.02)
    async with sftp_world.connected():
        pass


async def test_a_client_that_hangs_after_a_refused_write_is_let_go(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_LINGER", 0.2)
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(f"{SUBMIT}/{TODAY}", Open.WRITE | Open.CREAT | Open.TRUNC)
        await raw.status(Op.WRITE, handle + pack(">Q", 1 << 50) + string(b"x"))
        async with asyncio.timeout(5):
            assert await raw.reader.read() == b""


async def test_a_client_that_asks_and_never_listens_costs_no_memory(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp, sftp.open(f"{SUBMIT}/{TODAY}", "wb") as file:
        await file.write(b"1")
    async with raw_sftp(sftp_world, window=1 << 16) as raw:
        handle = await raw.open(f"{RECEIPTS}/{TODAY}.receipt", Open.READ)
        ask = Op.READ.to_bytes(1, "big") + pack(">I", 7) + handle + pack(">QI", 0, 400)
        asking = (pack(">I", len(ask)) + ask) * 1000
        guest = next(iter(sftp_world.door._visits))
        served = guest._sessions[0]
        for _ in range(2):
            raw.writer.write(asking)
        async with asyncio.timeout(20):
            while not served._choked:
                await asyncio.sleep(0.02)
        assert served._channel is not None
        assert served._channel.get_write_buffer_size() < 500_000
        assert served._waiting_size < 5 << 20
        size = len((await raw.receive())[2]) + 9
        async with asyncio.timeout(20):
            await raw.reader.readexactly(size * (2_000 - 1))


def test_a_desk_forgets_drafts_and_hidden_names_in_time() -> None:
    now = [0.0]
    desk = Desk(lambda: now[0])
    where = Spot("01234", "SD-1", "submit", "x.tmp")
    upload = object()
    desk.park("A", where, upload, 3)  # type: ignore[arg-type]  # a desk never looks into an upload
    desk.hide("A", where)
    assert desk.hidden("A", where) and not desk.hidden("B", where)
    now[0] = HIDDEN_FOR
    assert not desk.hidden("A", where) and desk.expired() == []
    now[0] = DRAFTS_FOR
    assert [draft.upload for draft in desk.expired()] == [upload] and desk.draft("A", where) is None
    for number in range(MOST_DRAFTS):
        desk.park("A", Spot("01234", "SD-1", "submit", f"{number}.tmp"), upload, 3)  # type: ignore[arg-type]  # as above
    with pytest.raises(Refused) as refused:
        desk.park("A", where, upload, 3)  # type: ignore[arg-type]  # as above
    assert refused.value.fault is TOO_MANY_HANDLES


async def test_the_door_closes_on_whoever_is_still_in_it(sftp_world: SftpWorld) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", sftp_world.door.port)
    assert (await reader.readline()).startswith(b"SSH-2.0-")
    async with sftp_world.connected() as connection:
        sftp = await connection.start_sftp_client()
        await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
        await sftp.open(f"{SUBMIT}/x.tmp", "wb")
        async with sftp.open(f"{SUBMIT}/y.tmp", "wb") as file:
            await file.write(b"1")
        async with asyncio.timeout(5):
            await sftp_world.door.close(grace=0.2)
            await connection.wait_closed()
            await sftp_world.door.close()
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", sftp_world.door.port)
    writer.close()
    assert not sftp_world.staging and not sftp_world.activities()


@pytest.mark.parametrize("name", [TODAY, "x.tmp"])
async def test_a_length_beyond_the_limit_is_refused_as_such_a_file_would_be(sftp_world: SftpWorld, name: str) -> None:
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(f"{SUBMIT}/{name}", Open.WRITE | Open.CREAT | Open.TRUNC)
        await raw.status(Op.WRITE, handle + pack(">Q", 0) + string(b"abc"))
        code, said = await raw.status(Op.FSETSTAT, handle + pack(">IQ", 1, 2**64 - 1))
        assert code == Status.FAILURE and said.startswith("4511 ")
        assert (await raw.status(Op.CLOSE, handle))[1].startswith("4511 ")
    async with sftp_world.client() as sftp:
        assert await sftp.listdir(RECEIPTS) == [f"{name}.refused.txt"]
    assert not sftp_world.staging


async def test_a_draft_is_not_lengthened_beyond_the_limit_either(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(f"{SUBMIT}/x.tmp", Open.WRITE | Open.CREAT | Open.TRUNC)
        await raw.status(Op.WRITE, handle + pack(">Q", 0) + string(b"abc"))
        assert (await raw.status(Op.CLOSE, handle))[0] == Status.OK
        code, said = await raw.status(Op.SETSTAT, string(f"{SUBMIT}/x.tmp") + pack(">IQ", 1, 2**64 - 1))
        assert code == Status.FAILURE and said.startswith("4511 ")
    async with sftp_world.client() as sftp:
        assert await sftp.listdir(RECEIPTS) == ["x.tmp.refused.txt"]
    assert not sftp_world.staging
