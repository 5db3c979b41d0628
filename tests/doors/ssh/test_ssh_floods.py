"""Connections that send too much, too fast, the wrong thing or nothing: each costs little, and nobody else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from struct import pack
from typing import Any

import asyncssh
import pytest
from asyncssh.connection import SSHConnection

from backend.doors.ssh import SshDoor, host_key, line
from backend.doors.ssh.line import Line
from backend.doors.ssh.strangers import MOST_STRANGERS
from backend.doors.ssh.submitting import Open
from backend.doors.ssh.wire import Op
from backend.settings import SettingsError
from tests.doors.ssh.raw import Raw, raw_sftp, string
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, SftpWorld, open_door

NEW = Open.WRITE | Open.CREAT | Open.TRUNC
GLOBAL_REQUEST = 80
ENDED = (asyncssh.DisconnectError, asyncssh.ConnectionLost, asyncssh.ChannelOpenError, ConnectionError)


def only_line(door: SshDoor) -> Line:
    (visit,) = door._visits
    connection = visit._connection
    assert isinstance(connection, Line)
    return connection


def listens(connection: SSHConnection, listening: bool) -> None:
    """Whether this client reads from the network."""
    assert connection._transport is not None
    if listening:
        connection._transport.resume_reading()
    else:
        connection._transport.pause_reading()


async def soon(happened: Callable[[], Any], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not happened():
            await asyncio.sleep(0.02)


async def still_serves(sftp_world: SftpWorld) -> None:
    async with sftp_world.client("ACMEBOT1") as sftp:
        assert await sftp.listdir("/")


@asynccontextmanager
async def narrow(sftp_world: SftpWorld) -> AsyncIterator[tuple[asyncssh.SSHClientConnection, Raw]]:
    """A session whose peer takes few bytes from the network, and says that it takes very many."""
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.connect(("127.0.0.1", sftp_world.door.port))
    async with sftp_world.connected(client_keys=[sftp_world.key("CHAN01")], sock=peer) as connection:
        writer, reader, _ = await connection.open_session(subsystem="sftp", encoding=None, window=1 << 30)
        raw = Raw(writer, reader)
        writer.write(pack(">IBI", 5, Op.INIT, 3))
        await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))
        only_line(sftp_world.door).get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        yield connection, raw


async def test_a_peer_that_does_not_listen_is_neither_read_nor_served_until_it_does(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp, sftp.open(f"{SUBMIT}/{TODAY}", "wb") as file:
        await file.write(b"1")
    async with narrow(sftp_world) as (connection, raw):
        handle = await raw.open(f"{RECEIPTS}/{TODAY}.receipt", Open.READ)
        size = len((await raw.ask(Op.READ, handle + pack(">QI", 0, 4000)))[1]) + 9
        listens(connection, False)
        served = only_line(sftp_world.door)
        transport = served._transport
        assert transport is not None
        for _ in range(4_000):
            raw.send(Op.READ, handle + pack(">QI", 0, 4000))
        await soon(lambda: served._unread)
        await asyncio.sleep(0.1)
        assert transport.get_write_buffer_size() < 500_000 and not transport.is_reading()
        await still_serves(sftp_world)
        listens(connection, True)
        async with asyncio.timeout(30):
            await raw.reader.readexactly(size * 4_000)


async def test_requests_of_the_connection_itself_fill_no_memory_either(sftp_world: SftpWorld) -> None:
    async with narrow(sftp_world) as (connection, _):
        listens(connection, False)
        served = only_line(sftp_world.door)
        transport = served._transport
        assert transport is not None
        for _ in range(4_000):
            connection.send_packet(GLOBAL_REQUEST, string("nothing@nowhere"), b"\1")
        await soon(lambda: served._unread)
        await asyncio.sleep(0.1)
        assert transport.get_write_buffer_size() < 2_000_000 and not transport.is_reading()
        connection.abort()


async def test_a_storm_of_key_exchanges_ends_the_connection(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = sftp_world.key("CHAN01")
    async with sftp_world.connected(client_keys=[key], rekey_bytes=1) as few, few.start_sftp_client() as sftp:
        for _ in range(5):
            await sftp.listdir("/")
    monkeypatch.setattr(line, "MOST_EXCHANGES", 5)
    async with sftp_world.connected(client_keys=[key], rekey_bytes=1) as connection:
        with pytest.raises((*ENDED, asyncssh.SFTPError)):
            async with asyncio.timeout(10), connection.start_sftp_client() as sftp:
                while True:
                    await sftp.listdir("/")
    await still_serves(sftp_world)


@pytest.mark.parametrize("limit", ["EXCHANGE_SECONDS", "_MOST_DEFERRED"])
async def test_a_key_exchange_that_does_not_end_is_no_way_to_fill_memory(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(line, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(line, limit, 0)
    async with sftp_world.connected() as connection:
        listens(connection, False)
        connection._send_kexinit()
        connection._kexinit_sent = connection._kex_complete = True
        for _ in range(100):
            connection.send_packet(GLOBAL_REQUEST, string("nothing@nowhere"), b"\1")
        await soon(lambda: not sftp_world.door._visits)
    await still_serves(sftp_world)


async def test_nothing_is_served_while_keys_are_exchanged(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        served = only_line(sftp_world.door)
        served._kex_complete = False
        served._choke_or_not()
        raw.send(Op.REALPATH, string("."))
        await asyncio.sleep(0.1)
        assert not served._deferred_packets
        served._kex_complete = True
        served._choke_or_not()
        assert (await raw.receive())[0] == Op.NAME


async def test_variables_are_not_kept(sftp_world: SftpWorld) -> None:
    async with sftp_world.connected() as connection:
        await connection.open_session(subsystem="sftp", encoding=None, env={"A": "x" * 1000, "B": "y"})
        (visit,) = sftp_world.door._visits
        channel = visit._sessions[0]._channel
        assert channel is not None and not channel.get_environment()


async def test_a_peer_that_vanished_is_gone_and_what_it_held_is_let_go(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert line.KEEPALIVE * (line.MOST_UNANSWERED + 1) <= 60
    monkeypatch.setattr(line, "KEEPALIVE", 0.1)
    async with open_door(sftp_world.world, sftp_world.folder) as opened, raw_sftp(opened) as raw:
        await raw.open(f"{SUBMIT}/{TODAY}", NEW)
        await asyncio.sleep(0.6)
        assert opened.door._visits, "it answers, and so it stays"
        listens(raw.writer.channel.get_connection(), False)
        await soon(lambda: not opened.door._visits and not opened.staging)
    assert not sftp_world.activities()


async def test_a_peer_that_never_listens_again_is_given_up(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "KEEPALIVE", 0.2)
    async with open_door(sftp_world.world, sftp_world.folder) as opened, narrow(opened) as (connection, _):
        listens(connection, False)
        for _ in range(4_000):
            connection.send_packet(GLOBAL_REQUEST, string("nothing@nowhere"), b"\1")
        await soon(lambda: not opened.door._visits)


async def test_whoever_does_not_sign_in_is_gone_however_slowly_it_talks(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LOGIN_GRACE", 0.5)
    async with open_door(sftp_world.world, sftp_world.folder) as opened, asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", opened.door.port)
        with pytest.raises(ConnectionError):
            while not reader.at_eof():
                writer.write(b"S")
                await writer.drain()
                await asyncio.sleep(0.05)
            raise ConnectionResetError
        assert not opened.door._strangers


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\0" * 20_000,
        b"SSH-2.0-" + b"x" * 300 + b"\r\n",
        b"SSH-2.0-\xff\xfe\r\n" + pack(">I", 12) + b"\n" * 12,
        b"SSH-1.5-x\r\n",
        b"SSH-2.0-x\r\n" + pack(">I", 0) + b"\0" * 100,
        b"SSH-2.0-x\r\n" + pack(">I", 1) + b"\0" * 100,
        b"SSH-2.0-x\r\n" + pack(">I", 1 << 30) + b"\0" * 100,
        b"SSH-2.0-x\r\n" + pack(">IBB", 12, 10, 94) + b"\0" * 10,
    ],
)
async def test_garbage_before_the_handshake_ends_the_connection_and_nothing_else(
    sftp_world: SftpWorld, garbage: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", sftp_world.door.port)
    writer.write(garbage)
    async with asyncio.timeout(5):
        with suppress(ConnectionError):
            assert b"Traceback" not in await reader.read()
    writer.close()
    await soon(lambda: not sftp_world.door._strangers)
    await still_serves(sftp_world)


async def test_half_open_handshakes_by_the_hundred_keep_out_nobody_who_is_registered(sftp_world: SftpWorld) -> None:
    """From thirty strangers' addresses, and then from the registered one itself."""
    half_open = []
    sources = [f"127.0.1.{number % 30 + 1}" for number in range(300)] + ["127.0.0.1"] * 200
    for number, source in enumerate(sources):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", sftp_world.door.port, local_addr=(source, 0))
        except OSError as error:
            pytest.skip(f"{source} is not an address of this machine: {error}")
        half_open.append(writer)
        if number % 3:
            writer.write(b"SSH-2.0-half\r\n" + pack(">IB", 1 << 15, 9))
        if number % 100 == 0:
            await still_serves(sftp_world)
    assert len(sftp_world.door._strangers) <= MOST_STRANGERS
    async with asyncio.timeout(5):
        await still_serves(sftp_world)
    for writer in half_open:
        writer.close()
    await soon(lambda: not sftp_world.door._strangers)


@pytest.mark.parametrize("kind", ["ssh-rsa", "ecdsa-sha2-nistp256"])
def test_a_host_key_of_another_kind_is_not_used(sftp_world: SftpWorld, kind: str) -> None:
    path = sftp_world.folder / "host_key"
    path.write_bytes(asyncssh.generate_private_key(kind).export_private_key("openssh"))
    with pytest.raises(SettingsError, match="is no Ed25519 key"):
        host_key(path)
