"""A line to the door that goes dead, or is cut, after so many bytes: how a client is caught in the middle of a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Line:
    """Passes on `most` bytes of what the client says, and after them nothing more."""

    def __init__(self, port: int, most: int, *, cut: bool) -> None:
        self._port = port
        self._left = most
        self._cut = cut
        self._writers: list[asyncio.StreamWriter] = []
        self.dead = asyncio.Event()
        self.taken = 0
        """How many connections came."""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken += 1
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, up_writer]
        down = asyncio.create_task(self._pass_on(up_reader, writer))
        try:
            await self._upwards(reader, up_writer)
        finally:
            down.cancel()
            self.end()

    async def _upwards(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            if self._left > 0 or (self.dead.is_set() and self._cut):
                writer.write(data)
                await writer.drain()
            self._left -= len(data)
            if self._left <= 0 and not self.dead.is_set():
                self.dead.set()
                if self._cut:
                    return

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    def end(self) -> None:
        writers, self._writers = self._writers, []
        for writer in writers:
            writer.transport.abort()


@asynccontextmanager
async def line_to(port: int, most: int, *, cut: bool = False) -> AsyncIterator[tuple[int, Line]]:
    """A port that leads to the door's. Where it is `cut`, it serves well from the second connection on."""
    line = Line(port, most, cut=cut)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await line.take(reader, writer)
        except (ConnectionError, OSError):
            line.end()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], line
    finally:
        server.close()
        line.end()
