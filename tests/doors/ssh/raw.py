"""Raw SFTP packets, for what no decent client would send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from struct import pack, unpack

import asyncssh

from backend.doors.ssh.wire import Op
from tests.sftp_world import SftpWorld

Answer = tuple[int, int, str]
"""Kind of the reply, status code (or -1), message."""


def string(value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return pack(">I", len(data)) + data


class Raw:
    """One SFTP session, packet by packet."""

    def __init__(self, writer: asyncssh.SSHWriter[bytes], reader: asyncssh.SSHReader[bytes]) -> None:
        self.writer = writer
        self.reader = reader
        self._sent = 0

    def send(self, kind: int, body: bytes) -> int:
        self._sent += 1
        packet = bytes([kind]) + pack(">I", self._sent) + body
        self.writer.write(pack(">I", len(packet)) + packet)
        return self._sent

    async def receive(self) -> tuple[int, int, bytes]:
        """Kind, request number and body of the next reply."""
        async with asyncio.timeout(10):
            length = unpack(">I", await self.reader.readexactly(4))[0]
            packet = await self.reader.readexactly(length)
        return packet[0], unpack(">I", packet[1:5])[0], packet[5:]

    async def ask(self, kind: int, body: bytes = b"") -> tuple[int, bytes]:
        sent = self.send(kind, body)
        replied, number, answer = await self.receive()
        assert number == sent
        return replied, answer

    async def status(self, kind: int, body: bytes = b"") -> tuple[int, str]:
        """Status code and message; code -1 for a reply that is none."""
        replied, answer = await self.ask(kind, body)
        if replied != Op.STATUS:
            return -1, ""
        code, length = unpack(">II", answer[:8])
        return code, answer[8 : 8 + length].decode()

    async def open(self, path: str, how: int) -> bytes:
        replied, answer = await self.ask(Op.OPEN, string(path) + pack(">II", how, 0))
        assert replied == Op.HANDLE, answer
        return answer


@asynccontextmanager
async def raw_sftp(sftp_world: SftpWorld, login_id: str = "CHAN01", window: int = 2 << 20) -> AsyncIterator[Raw]:
    async with sftp_world.connected(login_id) as connection:
        writer, reader, _ = await connection.open_session(subsystem="sftp", encoding=None, window=window)
        raw = Raw(writer, reader)
        writer.write(pack(">IBI", 5, Op.INIT, 3))
        length = unpack(">I", await reader.readexactly(4))[0]
        version = await reader.readexactly(length)
        assert version[:5] == bytes([Op.VERSION, 0, 0, 0, 3])
        yield raw
