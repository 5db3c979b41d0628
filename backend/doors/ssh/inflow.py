"""An inflow: the bytes of one open handle on their way to the staging, gathered on the loop and written in threads."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, TypeVar

from backend.contract.faults import INCOMPLETE_UPLOAD, Refused
from backend.core.claims import Upload
from backend.doors.ssh.tree import Spot

BATCH: Final = 1 << 20
_MOST_WAITING: Final = 4
T = TypeVar("T")


class Run(Protocol):
    """Runs blocking work in a thread of the door's pool."""

    def __call__(self, work: Callable[..., T], *args: Any) -> Awaitable[T]: ...


class Inflow:
    """Takes bytes at any offset. `size` is the file's length in bytes as its client sees it.

    `appending`: every write goes to the end. `least`: opened in place over a file of that length, so that the new one
    is whole only if it is as long, or if the client says its length.
    """

    def __init__(self, upload: Upload, where: Spot, run: Run, *, appending: bool = False, least: int = 0) -> None:
        self.upload = upload
        self.where = where
        self.size = upload.staging.size
        self.refused: Refused | None = None
        self._run = run
        self._appending = appending
        self._least = least
        self._start = 0
        self._batch = bytearray()
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._error: Exception | None = None

    def takes(self, offset: int, length: int) -> bool:
        """Whether `add` can take these bytes now; if not, `write` can, or says why it will not."""
        return (
            self.refused is None
            and self._error is None
            and not self._appending
            and offset + length <= self.upload.size_limit
            and len(self._waiting) < _MOST_WAITING
        )

    def add(self, offset: int, data: bytes) -> None:
        """Gathers bytes that it `takes`."""
        if offset != self._start + len(self._batch) or len(self._batch) >= BATCH:
            self._push()
        if not self._batch:
            self._start = offset
        self._batch += data
        self.size = max(self.size, offset + len(data))

    async def write(self, offset: int, data: bytes) -> None:
        """Takes bytes, after waiting for those before them where there are too many. Raises what refuses them."""
        await self.settle()
        if self._appending:
            if offset > self.size:
                raise nothing_to_continue()
            offset = self.size
        self.upload.refuse_beyond(offset + len(data))
        self.add(offset, data)

    async def settle(self) -> None:
        """Waits until everything taken has been written; raises what went wrong on the way."""
        self._push()
        while self._writer is not None:
            await asyncio.shield(self._writer)
        problem = self.refused or self._error
        if problem is not None:
            raise problem

    async def truncate(self, size: int) -> None:
        """Gives the file this length. What is missing has to follow: nothing is made up."""
        await self.settle()
        self.upload.refuse_beyond(size)
        if size < self.size:
            await self._run(self.upload.staging.truncate, min(size, self.upload.staging.size))
        self.size, self._least = size, 0

    def refuse_partial(self) -> None:
        """4515 where the file before would show through behind the new one."""
        if self.size < self._least:
            raise Refused(INCOMPLETE_UPLOAD, received=self.size, expected=self._least)

    async def abandon(self) -> None:
        """Lets go of everything that arrived."""
        self._batch.clear()
        self._waiting.clear()
        if self._writer is not None:
            await asyncio.wait({self._writer})
        await self._run(self.upload.staging.abandon)

    def _push(self) -> None:
        if not self._batch:
            return
        self._waiting.append((self._start, bytes(self._batch)))
        self._batch = bytearray()
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write_waiting())

    async def _write_waiting(self) -> None:
        try:
            while self._waiting:
                await self._run(self.upload.write, *self._waiting[0])
                if self._waiting:
                    self._waiting.popleft()
        except Exception as error:  # kept, and raised to whoever writes or closes next
            self._error = error
            self._waiting.clear()
        finally:
            self._writer = None


def nothing_to_continue() -> Refused:
    """4515 to a client that goes on with a file of which nothing is here: put it again."""
    return Refused(INCOMPLETE_UPLOAD, received="None", expected="the earlier")
