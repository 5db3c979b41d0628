"""What one client, one account and all strangers together may take of the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from struct import pack

import asyncssh
import pytest

from backend.core.client_connect.sftp_access import RegisteredAddresses
from backend.doors.ssh import handles as handles_module
from backend.doors.ssh import server, session, visit
from backend.doors.ssh import strangers as strangers_module
from backend.doors.ssh.desk import DRAFTS_FOR, HIDDEN_FOR, MOST_DRAFTS, MOST_DRAFTS_IN_ALL, MOST_HIDDEN, Desk
from backend.doors.ssh.spots import Spot
from backend.doors.ssh.strangers import FAILED, LONGEST_PENALTY, MOST_OF_A_SOURCE, MOST_STRANGERS, SILENT, Strangers
from backend.doors.ssh.submitting import Open
from backend.doors.ssh.wire import MOST_HANDLES, Op, Status
from tests.doors.ssh.raw import raw_sftp, string
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, YESTERDAY, SftpWorld, files_of

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


@pytest.mark.parametrize("limit", ["MOST_OF_ACCOUNT", "MOST_IN_ALL"])
async def test_all_sessions_of_an_account_and_all_accounts_hold_only_so_many_handles(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(handles_module, limit, 3)
    ask = Op.OPENDIR, string("/")
    async with raw_sftp(sftp_world) as one, raw_sftp(sftp_world) as two, raw_sftp(sftp_world, "TAI09") as other:
        opened = [(await raw.ask(*ask))[1] for raw in (one, one, two)]
        code, said = await two.status(*ask)
        assert code == Status.FAILURE and said.startswith("5005 ")
        assert (await other.ask(*ask))[0] == (Op.HANDLE if limit == "MOST_OF_ACCOUNT" else Op.STATUS)
        assert (await one.status(Op.CLOSE, opened[0]))[0] == Status.OK
        assert (await two.ask(*ask))[0] == Op.HANDLE
    async with asyncio.timeout(5):
        while sftp_world.door._desk.handles:
            await asyncio.sleep(0.02)


async def test_the_process_has_a_budget_of_open_uploads(sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp_world.world.services.submissions.stagings._slots, "_most", 3)
    async with sftp_world.client() as sftp, sftp_world.client("ACMEBOT1") as other:
        opened = [(sftp, TODAY), (other, TODAY), (sftp, YESTERDAY)]
        files = [await one.open(f"{SUBMIT}/{name}", "wb") for one, name in opened]
        with pytest.raises(asyncssh.SFTPFailure) as refused:
            await other.open(f"{SUBMIT}/{YESTERDAY}", "wb")
        assert refused.value.reason.startswith("5005 ")
        await files[0].write(b"1")
        await files[0].close()
        await other.open(f"{SUBMIT}/{YESTERDAY}", "wb")


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
    assert len(sftp_world.world.services.submissions.stagings) == 0


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


@asynccontextmanager
async def strangers(sftp_world: SftpWorld, number: int) -> AsyncIterator[list[asyncio.StreamReader]]:
    """Mute connections, each of which was let in or turned away before the next one came."""
    opened = []
    for _ in range(number):
        opened.append(await asyncio.open_connection("127.0.0.1", sftp_world.door.port))
        with suppress(ConnectionError):
            await opened[-1][0].readline()
    yield [reader for reader, _ in opened]
    for _, writer in opened:
        writer.close()


async def test_mute_strangers_from_a_registered_address_keep_nobody_out(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers_module, "MOST_STRANGERS", 2)
    async with strangers(sftp_world, 3) as (oldest, *_), asyncio.timeout(5):
        with suppress(ConnectionError):
            assert await oldest.read() == b"", "who waited longest has gone"
        async with sftp_world.connected():
            pass


async def test_a_source_that_is_not_registered_has_ten_strangers_and_no_more(sftp_world: SftpWorld) -> None:
    sftp_world.door._strangers.registered = RegisteredAddresses(())
    async with strangers(sftp_world, MOST_OF_A_SOURCE):
        with pytest.raises((asyncssh.ConnectionLost, ConnectionError)):
            async with sftp_world.connected():
                pass
        assert len(sftp_world.door._strangers) == MOST_OF_A_SOURCE


def test_at_the_limit_of_all_who_waited_longest_goes_unless_its_address_is_registered() -> None:
    here: Strangers[int] = Strangers()
    here.registered = RegisteredAddresses(["192.0.2.0/24", "2001:db8::/32"])
    assert here.came(0, "::ffff:192.0.2.1") is None
    assert [here.came(number, f"198.51.100.{number}") for number in range(1, MOST_STRANGERS)] == [None] * 99
    assert here.came(100, "203.0.113.1") == 1
    assert here.came(101, "2001:db8::1") == 2
    here.left(100)
    assert here.came(102, "203.0.113.2") is None


def test_failed_sign_ins_keep_their_source_out_longer_and_longer_but_no_registered_one() -> None:
    now = [0.0]
    here: Strangers[int] = Strangers(lambda: now[0])
    here.registered = RegisteredAddresses(["192.0.2.7"])

    def fails(address: str, times: int) -> int:
        """How often it was let in."""
        entered = 0
        for _ in range(times):
            entered += here.came(1, address) is None
            here.left(1, FAILED)
        return entered

    assert fails("192.0.2.7", 500) == 500
    assert fails("2001:db8::1", 5) == 3
    assert fails("2001:db8::2", 1) == 0, "a neighbour in the same network"
    assert fails("2001:db8:0:1::", 1) == 1
    now[0] = 0.1
    assert fails("2001:db8::1", 1) == 1
    for _ in range(500):
        now[0] += 4.9
        fails("2001:db8::1", 1)
    assert here._penalties["2001:db8::"] - now[0] <= LONGEST_PENALTY


def test_a_source_that_only_knocks_is_kept_out_as_well_unless_it_knocks_slowly() -> None:
    now = [0.0]
    here: Strangers[int] = Strangers(lambda: now[0])

    def knocks(times: int, every: float) -> int:
        entered = 0
        for _ in range(times):
            entered += here.came(1, "192.0.2.7") is None
            here.left(1, SILENT)
            now[0] += every
        return entered

    assert knocks(100, 1.0) == 100, "a monitor that looks whether the port is open"
    assert knocks(100, 0.01) < 20


def test_a_flood_from_one_registered_address_costs_its_own_strangers_and_no_other_addresss() -> None:
    here: Strangers[int] = Strangers()
    here.registered = RegisteredAddresses(["192.0.2.7", "192.0.2.8"])
    assert here.came(0, "192.0.2.8") is None
    assert [here.came(number, "192.0.2.7") for number in range(1, MOST_STRANGERS)] == [None] * 99
    assert [here.came(number, "192.0.2.7") for number in range(100, 1_100)] == list(range(1, 1_001))
    assert here.came(2_000, "192.0.2.8") == 1_001
    assert 0 in here and 2_000 in here


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
        served = files_of(guest)
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
    desk.park("A", Spot("01234", "SD-1", "submit", "9.tmp"), upload, 3, whole=False)  # type: ignore[arg-type]  # as above
    desk.park("A", where, upload, 3)  # type: ignore[arg-type]  # as above
    assert desk.draft("A", Spot("01234", "SD-1", "submit", "9.tmp")) is None, "the cut one makes room first"
    desk.park("A", Spot("01234", "SD-1", "submit", "y.tmp"), upload, 3)  # type: ignore[arg-type]  # as above
    assert desk.draft("A", Spot("01234", "SD-1", "submit", "0.tmp")) is None and desk.draft("A", where)


def test_the_drafts_of_many_leave_room_for_uploads_and_the_account_with_most_gives_way() -> None:
    desk = Desk(lambda: 0.0)
    upload = object()
    for number in range(MOST_DRAFTS_IN_ALL):
        owner = "MUCH" if number < 20 else f"FIRM{number % 20}"
        desk.park(owner, Spot("01234", "SD-1", "submit", f"{number}.tmp"), upload, 3, whole=number != 7)  # type: ignore[arg-type]  # as above
    for gone in ("7.tmp", "0.tmp"):
        assert desk.draft("MUCH", Spot("01234", "SD-1", "submit", gone))
        desk.park("NEW", Spot("01234", "SD-1", "submit", f"for {gone}"), upload, 3)  # type: ignore[arg-type]  # as above
        assert desk.draft("MUCH", Spot("01234", "SD-1", "submit", gone)) is None
    assert len(desk.clear()) == MOST_DRAFTS_IN_ALL


def test_names_refused_without_end_do_not_fill_the_memory() -> None:
    desk = Desk(lambda: 0.0)
    room = Spot("01234", "SD-1", "submit")
    for number in range(MOST_HIDDEN + 1):
        desk.hide("A", room.file(f"{number}.csv"))
    desk.hide("A", room.file("x" * 8000))
    assert len(desk.hidden_in("A", room)) == MOST_HIDDEN
    assert desk.hidden("A", room.file(f"{MOST_HIDDEN}.csv")) and not desk.hidden("A", room.file("0.csv"))


def test_a_draft_that_was_looked_at_gives_way_to_the_one_that_came_meanwhile() -> None:
    desk = Desk(lambda: 0.0)
    where = Spot("01234", "SD-1", "submit", "x.tmp")
    desk.park("A", where, object(), 3)  # type: ignore[arg-type]  # a desk never looks into an upload
    looked_at = desk.take("A", where)
    assert looked_at is not None
    desk.park("A", where, object(), 4)  # type: ignore[arg-type]  # as above
    assert desk.put_back("A", where, looked_at) is looked_at, "whoever looked has to let go of it"
    later = desk.take("A", where)
    assert later is not None and later.size == 4
    assert desk.put_back("A", where, later) is None and desk.draft("A", where) is later


async def test_one_account_does_not_keep_others_from_having_files_hashed() -> None:
    desk, turns = Desk(), list[str]()

    async def hash_one(login_id: str) -> None:
        async with desk.hashing(login_id):
            turns.append(login_id)
            await asyncio.sleep(0.01)

    await asyncio.gather(*(hash_one("MUCH") for _ in range(8)), hash_one("FIRM"))
    assert "FIRM" in turns[:2]


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
