"""Lines that break, clients that lie, disks that fill up: after each, what was accepted is whole and all go on."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from struct import pack

import asyncssh
import pytest

from backend.doors.ssh.submitting import Open
from backend.doors.ssh.wire import Op, Status
from tests.campaigns import figures
from tests.campaigns.invariant import Told
from tests.campaigns.served import ENDED, Served, served
from tests.doors.ssh.raw import Raw, string

pytestmark = [pytest.mark.slow, pytest.mark.campaign]
NEW = Open.WRITE | Open.CREAT | Open.TRUNC
_BLOCK = 32_768
_SIZE = 1_000_000
_MORE_MEMORY = 64 << 20
"""What a server may keep of a storm: the allocator's, not a client's."""


@asynccontextmanager
async def raw_session(world: Served) -> AsyncIterator[tuple[asyncssh.SSHClientConnection, Raw]]:
    async with world.connected() as connection:
        writer, reader, _ = await connection.open_session(subsystem="sftp", encoding=None)
        raw = Raw(writer, reader)
        writer.write(pack(">IBI", 5, Op.INIT, 3))
        await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))
        yield connection, raw


async def resets(world: Served) -> int:
    """At 0, 1, 50 and 99.9 %, and when all has come but the CLOSE."""
    for number, part in enumerate((0, 0.01, 0.5, 0.999, 1)):
        data = world.content(_SIZE)
        async with world.client() as sftp:
            file = await sftp.open(world.path(number), "wb")
            await file.write(data[: int(_SIZE * part)])
            sftp._handler._writer.channel.get_connection().abort()  # type: ignore[union-attr]  # no CLOSE is sent
        world.told.refused.append(hashlib.sha256(data).hexdigest())
    return 5


async def ends_without_close(world: Served) -> int:
    for number in range(5):
        data = world.content()
        async with raw_session(world) as (_, raw):
            handle = await raw.open(world.path(number), NEW)
            assert await raw.status(Op.WRITE, handle + pack(">Q", 0) + string(data)) == (Status.OK, "")
            raw.writer.write_eof()
            await raw.reader.read()
        world.told.refused.append(hashlib.sha256(data).hexdigest())
    return 5


async def two_sessions_of_one_name(world: Served) -> int:
    for number in range(10):
        await asyncio.gather(*(world.put(world.path(number), world.content()) for _ in range(2)))
    return 10


async def any_order(world: Served) -> int:
    """Overlapping, reordered and repeated writes: what counts is what lies there at the CLOSE."""
    data = world.content(10 * 1000)
    pieces = [(start, data[start : start + 2000]) for start in range(0, len(data), 1000)]
    async with raw_session(world) as (_, raw):
        handle = await raw.open(world.path(), NEW)
        for start, piece in [*reversed(pieces), *pieces[::3]]:
            assert (await raw.status(Op.WRITE, handle + pack(">Q", start) + string(piece)))[0] == Status.OK
        assert (await raw.status(Op.CLOSE, handle))[0] == Status.OK
    world.told.accepted.append(hashlib.sha256(data).hexdigest())
    return 1


async def far_offsets(world: Served) -> int:
    for offset in (1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1):
        async with raw_session(world) as (_, raw):
            handle = await raw.open(world.path(), NEW)
            code, _ = await raw.status(Op.WRITE, handle + pack(">Q", offset) + string(b"far"))
            assert code != Status.OK
            assert (await raw.status(Op.CLOSE, handle))[0] != Status.OK
    world.told.refused.append(hashlib.sha256(b"far").hexdigest())
    return 4


async def five_thousand_opens(world: Served) -> int:
    async with raw_session(world) as (_, raw):
        for _ in range(50):
            for number in range(100):
                raw.send(Op.OPEN, string(world.path(number)) + pack(">II", NEW, 0))
            for _ in range(100):
                await raw.receive()
    return 5_000


async def impossible_packets(world: Served) -> int:
    for length in (0, 1, 1 << 30, (1 << 32) - 1):
        async with raw_session(world) as (_, raw):
            raw.writer.write(pack(">IB", length, Op.WRITE))
            with suppress(*ENDED, TimeoutError):
                async with asyncio.timeout(5):
                    assert not await raw.reader.read()
    return 4


async def garbage(world: Served) -> int:
    for number in range(100):
        _, writer = await asyncio.open_connection("127.0.0.1", world.port)
        writer.write(bytes([number]) * 1000)
        writer.close()
    return 100


async def half_open_handshakes(world: Served) -> int:
    held = []
    for number in range(300):
        source = f"127.0.1.{number % 30 + 1}"
        _, writer = await asyncio.open_connection("127.0.0.1", world.port, local_addr=(source, 0))
        held.append(writer)
    await world.another_submits()
    for writer in held:
        writer.close()
    return 300


async def a_storm_of_key_exchanges(world: Served) -> int:
    """Listings with an exchange at each, until the server ends it or there were fifty."""
    listed = 0
    async with world.connected(rekey_bytes=1) as connection, connection.start_sftp_client() as sftp:
        with suppress(*ENDED, asyncssh.SFTPError):
            while listed < 50:
                await sftp.listdir("/")
                listed += 1
    assert await world.put(world.path(), world.content(200_000))
    return listed


async def failing_disks(world: Served) -> int:
    """Full, read-only, broken: at the staging, a write, the sync and the commit."""
    times = 0
    for number in (errno.ENOSPC, errno.EROFS, errno.EIO):
        for step in ("opening", "writing", "fsyncing", "renaming", "committing"):
            world.fault(f"fail {step} {number}")
            assert not await world.put(world.path(times), world.content())
            world.fault(None)
            assert world.alive, f"{step} {errno.errorcode[number]} ended the server"
            times += 1
    return times


FAULTS: list[tuple[str, Callable[[Served], Awaitable[int]]]] = [
    ("reset at 0, 1, 50, 99.9 and 100 %", resets),
    ("end of the channel without CLOSE", ends_without_close),
    ("two sessions, one name", two_sessions_of_one_name),
    ("overlapping, reordered, repeated writes", any_order),
    ("offsets up to 2^64", far_offsets),
    ("opens in one session", five_thousand_opens),
    ("packets of 0, 1 byte, 1 and 4 GiB", impossible_packets),
    ("garbage before the handshake", garbage),
    ("half-open handshakes", half_open_handshakes),
    ("listings with key exchanges at every packet", a_storm_of_key_exchanges),
    ("disk full, read-only or broken, at each step", failing_disks),
]


@pytest.mark.timeout(600)
async def test_after_each_fault_all_that_was_accepted_is_whole_and_everybody_goes_on(tmp_path: Path) -> None:
    async with served(tmp_path / "world") as world:
        await world.another_submits()
        assert await world.put(world.path(), world.content(_SIZE))
        before = world.resident, world.descriptors
        for name, fault in FAULTS:
            started, told = time.monotonic(), world.told
            world.told = Told()
            times = await fault(world)
            await world.another_submits()
            assert await world.put(world.path(), world.content()), f"after {name} the account does not go on"
            world.look()
            assert world.resident < before[0] + _MORE_MEMORY, f"after {name}: {world.resident - before[0]} bytes more"
            await _let_go(world, before[1], name)
            figures.add(name, times, [world.told], started)
            for one in ("accepted", "refused", "unanswered"):
                getattr(told, one).extend(getattr(world.told, one))
            world.told = told
        await world.swept()


async def _let_go(world: Served, descriptors: int, after: str) -> None:
    """Drafts are kept for a while, each a descriptor: no more than the account may keep."""
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            while world.descriptors > descriptors + 40:
                await asyncio.sleep(0.05)
    assert world.descriptors <= descriptors + 40, f"after {after}: {world.descriptors - descriptors} descriptors more"
