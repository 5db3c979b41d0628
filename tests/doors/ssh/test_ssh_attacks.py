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

from backend.contract.messages import Activity
from backend.core.client_connect.standing import actor_for
from backend.doors.ssh.desk import Desk
from backend.doors.ssh.house import House
from backend.doors.ssh.operations import EXTENSIONS, OPERATIONS, Operations
from backend.doors.ssh.spots import real_path
from backend.doors.ssh.submitting import Open
from backend.doors.ssh.wire import LONGEST_PACKET, Op, Reply, Status
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
    assert real_path(b"../..") == real_path(b".") == real_path(b"") == real_path(b"//") == "/"
    assert real_path(b"/a/./b//c/../d/") == "/a/b/d"


@pytest.mark.parametrize("length", [LONGEST_PACKET + 1, 1_610_612_736, 0xFFFFFFFF, 0, 1, 4])
async def test_a_packet_of_a_monstrous_length_ends_the_connection_at_once(sftp_world: SftpWorld, length: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with sftp_world.connected() as connection:
        writer, reader, _ = await connection.open_session(subsystem="sftp", encoding=None)
        writer.write(pack(">IB", length, Op.WRITE) + b"x" * 10_000)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
            await connection.wait_closed()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


async def test_garbage_instead_of_the_first_packet_ends_its_connection_or_is_refused(sftp_world: SftpWorld) -> None:
    for garbage, ends in ((b"GET / HTTP/1.1\r\n\r\n", True), (pack(">IBI", 5, 255, 7), False), (b"\0" * 4096, True)):
        async with sftp_world.connected() as connection:
            writer, reader, _ = await connection.open_session(subsystem="sftp", encoding=None)
            writer.write(garbage)
            async with asyncio.timeout(5):
                if ends:
                    assert await reader.read() == b""
                else:
                    assert (await reader.readexactly(13))[4:] == pack(">BII", Op.STATUS, 7, Status.OP_UNSUPPORTED)
    async with sftp_world.client() as sftp:
        assert await sftp.listdir("/")


async def test_a_full_packet_is_taken(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(f"{SUBMIT}/{TODAY}", Open.WRITE | Open.CREAT | Open.TRUNC)
        data = b"x" * (256 * 1024)
        assert (await raw.status(Op.WRITE, handle + pack(">Q", 0) + string(data)))[0] == Status.OK
        assert (await raw.status(Op.CLOSE, handle))[0] == Status.OK


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
        house = House.of(world.services, Desk(), in_a_thread, lambda: True)
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
