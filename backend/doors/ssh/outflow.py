"""An outflow: the bytes of one open file on their way to a client, read ahead in threads in large blocks."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from backend.core.actor import Actor
from backend.core.reading import Reading
from backend.doors.ssh.inflow import Run
from backend.doors.ssh.rooms import Opened
from backend.doors.ssh.spots import Spot

BLOCK: Final = 1 << 20
_KEPT: Final = 2
"""Blocks in memory besides the one on its way: clients ask a little out of order."""


class Outflow:
    """Reads in blocks as long as its client goes forward; elsewhere exactly what is asked for.

    `reader`: the actor, as last found, whom the gate let read.
    """

    def __init__(self, reading: Reading, where: Spot, opened: Opened, reader: Actor, run: Run, *, ahead: bool) -> None:
        self.where = where
        self.attributes = opened.attributes
        self.reader = reader
        self.ahead = ahead
        self._reading = reading
        self._still = opened.still
        self._run = run
        self._blocks: deque[bytes] = deque()
        self._start = 0
        self._end = 0
        self._next: asyncio.Task[bytes] | None = None

    def held(self, offset: int, length: int) -> bytes | None:
        """These bytes, fewer only at the end of the file, if they are in memory."""
        end = min(offset + length, self._reading.size)
        if offset >= end:
            return b""
        if not self._start <= offset <= end <= self._end:
            return None
        at, pieces = self._start, []
        for block in self._blocks:
            if at < end and offset < at + len(block):
                pieces.append(block[max(0, offset - at) : end - at])
            at += len(block)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def read(self, offset: int, length: int) -> bytes:
        """The same, read where they are not in memory."""
        while (found := self.held(offset, length)) is None:
            if not self.ahead or not self._start <= offset <= self._end:
                return await self._read_there(offset, length)
            await self._read_on()
        return found

    async def ask_again(self, actor: Actor) -> None:
        """Raises what would refuse the file to the actor as found since."""
        if self.reader is not actor:
            await self._run(self._still, actor)
            self.reader = actor

    async def close(self) -> None:
        await self._forget()
        await self._run(self._reading.close)

    async def _read_on(self) -> None:
        if self._next is None:
            self._next = self._block()
        block, self._next = await self._next, None
        self._blocks.append(block)
        self._end += len(block)
        while len(self._blocks) > _KEPT:
            self._start += len(self._blocks.popleft())
        if self._end < self._reading.size:
            self._next = self._block()

    def _block(self) -> asyncio.Task[bytes]:
        return asyncio.ensure_future(self._read(self._end, BLOCK))

    async def _read(self, offset: int, length: int) -> bytes:
        return await self._run(self._reading.read, offset, length)

    async def _read_there(self, offset: int, length: int) -> bytes:
        """A client that goes on from there is read ahead for again."""
        await self._forget()
        found = await self._read(offset, length)
        self._start = self._end = offset + len(found)
        return found

    async def _forget(self) -> None:
        self._blocks.clear()
        self._start = self._end
        if self._next is not None:
            await asyncio.wait({self._next})
            self._next.exception()  # looked at, so that nobody reports it: these bytes were not asked for
            self._next = None
