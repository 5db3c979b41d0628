"""What a hostile client tries, as stories."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Awaitable, Callable
from struct import pack
from typing import Any, TypeVar

import asyncssh
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.contract.faults import TOO_MANY_HANDLES, Refused
from backend.contract.messages import Activity
from backend.core.client_connect.sessions import actor_for
from backend.doors.ssh import desk as desk_module
from backend.doors.ssh import server, session, visit
from backend.doors.ssh.desk import DRAFTS_FOR, HIDDEN_FOR, MOST_DRAFTS, Desk
from backend.doors.ssh.house import House
from backend.doors.ssh.operations import EXTENSIONS, OPERATIONS, Operations
from backend.doors.ssh.submitting import Open
from backend.doors.ssh.tree import Spot, Tree, normal
from backend.doors.ssh.wire import LONGEST_PACKET, MOST_HANDLES, Op, Reply, Status
from tests.doors.ssh.raw import raw_sftp, string
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, SftpWorld
from tests.world import World

T = TypeVar("T")
NEW = pack(">II", Open.WRITE | Open.CREAT | Open.TRUNC, 0)
HOSTILE = {
    "escape": b"\x1b]0;owned\x07\x1b[2J.csv",
    "nul": b"SD1_01234_20220520.csv\x00.exe",
    "bidi": "SD1_01234_\u202evsc.20220520".encode(),
    "markup": b"[b]owned[red].csv",
    "long": b"A" * 5000 + b".csv",
    "not utf-8": b"\xff\xfe\xc3.csv",
    "newline": b"SD1_01234_20220520.csv\n4505 forged",
    "255 bytes": b"S" * 251 + b".csv",
    "full width digits": "SD1_01234_２０２２０５２０.csv".encode(),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_name_is_refused_shown_escaped_and_explained_under_a_harmless_name(
    sftp_world: SftpWorld, kind: str
) -> None:
    async with raw_sftp(sftp_world) as raw:
        code, said = await raw.status(Op.OPEN, string(SUBMIT.encode() + b"/" + HOSTILE[kind]) + NEW)
        assert code == Status.FAILURE and said.startswith("4505 ") and said.isprintable() and len(said) < 500, said
    row: Activity = sftp_world.activities()[0]
    assert row.fault == 4505 and (row.file_name or "").isprintable()
    async with sftp_world.client() as sftp:
        names = [name for name in await sftp.listdir(RECEIPTS) if name.endswith(".refused.txt")]
        assert len(names) == 1 and names[0].isascii() and names[0].isprintable() and len(names[0]) < 250
        async with sftp.open(f"{RECEIPTS}/{names[0]}", "r") as file:
            text = await file.read()
    assert all(line.isprintable() for line in text.split("\n")) and "\n4505 forged" not in text


@pytest.mark.parametrize(
    "path",
    [
        b"/../../../etc/shadow",
        b"//etc/passwd",
        b"/01234/SD-1/submit/../../../../etc/x.csv",
        b"/" * 9000,
        b"",
        b"/01234/SD-1/receipts/" + b"A" * 5000,
    ],
)
async def test_a_path_cannot_leave_the_tree(sftp_world: SftpWorld, path: bytes) -> None:
    async with raw_sftp(sftp_world) as raw:
        code, said = await raw.status(Op.OPEN, string(path) + NEW)
        assert code in {Status.PERMISSION_DENIED, Status.NO_SUCH_FILE}, said
        code, said = await raw.status(Op.OPEN, string(path) + pack(">II", Open.READ, 0))
        assert code == Status.NO_SUCH_FILE, said


def test_every_path_is_resolved_below_the_root() -> None:
    assert normal(b"../..") == normal(b".") == normal(b"") == normal(b"//") == "/"
    assert normal(b"/a/./b//c/../d/") == "/a/b/d"


@pytest.mark.parametrize("length", [LONGEST_PACKET + 1, 1_610_612_736, 0xFFFFFFFF, 0, 4])
async def test_a_packet_of_a_monstrous_length_ends_the_connection_at_once(sftp_world: SftpWorld, length: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with sftp_world.connected() as connection:
        writer, reader, _ = await connection.open_session(subsystem="sftp", encoding=None)
        writer.write(pack(">IB", length, Op.WRITE) + b"x" * 10_000)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
            await connection.wait_closed()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


async def test_a_full_packet_is_taken(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(f"{SUBMIT}/{TODAY}", Open.WRITE | Open.CREAT | Open.TRUNC)
        data = b"x" * (256 * 1024)
        assert (await raw.status(Op.WRITE, handle + pack(">Q", 0) + string(data)))[0] == Status.OK
        assert (await raw.status(Op.CLOSE, handle))[0] == Status.OK


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


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(OPERATIONS)) | st.just(int(Op.EXTENDED)), data=st.data())
def test_no_packet_whatever_its_fields_gets_anything_but_an_answer(
    world: World, kind: int, data: st.DataObject
) -> None:
    field = st.one_of(
        st.binary(max_size=12),
        st.integers(0, 2**64 - 1).map(lambda number: pack(">Q", number)),
        st.sampled_from(
            [b"/", b"/01234/SD-1/submit/x.tmp", b"/01234/SD-1/receipts", b"\0" * 7 + b"\1", *EXTENSIONS]
        ).map(string),
    )
    body = b"".join(data.draw(st.lists(field, max_size=4)))

    async def asked() -> Reply:
        house = House(world.services.drop_box, Tree(world.services.outcomes), Desk(), in_a_thread, lambda: True)
        operations = Operations(house, Somebody(world))
        await operations.answer(Op.OPEN, pack(">BI", Op.OPEN, 1) + string(f"{SUBMIT}/y.tmp") + NEW)
        packet = pack(">BI", kind, 2) + body
        reply = operations.at_once(kind, packet) or await operations.answer(kind, packet)
        await operations.abandon()
        return reply

    replied, answer = asyncio.run(asked())
    assert replied in {Op.STATUS, Op.HANDLE, Op.NAME, Op.ATTRS, Op.EXTENDED_REPLY}
    assert b"9000 " not in answer


async def in_a_thread(work: Callable[..., T], *arguments: Any) -> T:
    return await asyncio.to_thread(work, *arguments)


class Somebody:
    """A guest without a connection."""

    def __init__(self, world: World) -> None:
        with world.platform.store.reading() as rows:
            account = rows.account("CHAN01")
            assert account is not None
            self.actor = actor_for(rows, account.id, "sftp", "127.0.0.1")


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


async def test_nothing_is_forwarded_by_whatever_name(sftp_world: SftpWorld) -> None:
    async with sftp_world.connected() as connection:
        opened: list[Callable[[], Awaitable[object]]] = [
            lambda: connection.open_connection("127.0.0.1", sftp_world.door.port),
            lambda: connection.open_unix_connection("/run/anything"),
            lambda: connection.create_tun(asyncssh.SSHTunTapSession),
            lambda: connection.create_tap(asyncssh.SSHTunTapSession),
        ]
        for open_it in opened:
            with pytest.raises(asyncssh.ChannelOpenError):
                await open_it()
        with pytest.raises(asyncssh.ChannelListenError):
            await connection.forward_remote_port("", 0, "127.0.0.1", 1)
        with pytest.raises(asyncssh.ChannelListenError):
            await connection.forward_remote_path("/run/x.sock", "/run/anything")
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.create_process("true", term_type="xterm", x11_forwarding=True)


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
