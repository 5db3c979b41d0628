"""An inflow: the bytes of one open handle on their way to the staging, gathered on the loop and written in threads."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, TypeVar

from backend.contract.faults import BEGUN_AGAIN, INCOMPLETE_UPLOAD, Refused
from backend.contract.rules.shown import shown
from backend.core.claims import Upload
from backend.doors.ssh.spots import Spot

BATCH: Final = 1 << 20
_MOST_WAITING: Final = 4
_CUT: Final = 32 * 1024
"""What is kept of a cut upload ends at a multiple of this, and before its last byte."""
_MOST_PIECES: Final = 256
_LEAST_SHARE: Final = 4
"""A piece is kept where it lies if it is at least one part in so many of what it lies in."""
T = TypeVar("T")


class Run(Protocol):
    """Runs blocking work in a thread of the door's pool."""

    def __call__(self, work: Callable[..., T], *args: Any) -> Awaitable[T]: ...


class Inflow:
    """Takes bytes at any offset. `size` is the file's length in bytes as its client sees it.

    `appending`: every write goes to the end. `going_on`: with bytes that are there already, up to where the first write
    begins. `least`: the length that makes it whole, until the client says another.
    """

    def __init__(
        self,
        upload: Upload,
        where: Spot,
        run: Run,
        *,
        appending: bool = False,
        going_on: bool = False,
        least: int = 0,
    ) -> None:
        self.upload = upload
        self.where = where
        self.size = upload.staging.size
        self.refused: Refused | None = None
        self._run = run
        self._appending = appending
        self._appended = 0
        self._going_on = going_on
        self._least = least
        self._start = 0
        self._batch: list[bytes | memoryview] = []
        self._gathered = 0
        self._waiting: deque[tuple[int, list[bytes | memoryview]]] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._error: Exception | None = None

    def takes(self, offset: int, length: int) -> bool:
        """Whether `add` can take these bytes now; if not, `write` can, or says why it will not."""
        return (
            self.refused is None
            and self._error is None
            and not self._appending
            and not self._going_on
            and offset + length <= self.upload.size_limit
            and len(self._waiting) < _MOST_WAITING
        )

    def add(self, offset: int, data: bytes | memoryview) -> None:
        """Gathers bytes that it `takes`."""
        if offset != self._start + self._gathered or self._gathered >= BATCH:
            self._push()
        if not self._batch:
            self._start = offset
        if len(self._batch) >= _MOST_PIECES:
            self._batch = [b"".join(self._batch)]
        self._batch.append(_kept(data))
        self._gathered += len(data)
        self.size = max(self.size, offset + len(data))

    async def write(self, offset: int, data: bytes | memoryview) -> None:
        """Takes bytes, after waiting for those before them where there are too many. Raises what refuses them."""
        await self.settle()
        if self._appending:
            if offset not in {self.size, self._appended, 0}:  # clients count from the file's start, or from their own
                raise nothing_to_continue()
            offset = self.size
            self._appended += len(data)
        self.upload.refuse_beyond(offset + len(data))
        if self._going_on:
            await self._go_on(offset)
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
        """4515 where the file before would show through behind the new one, or where nothing followed what was cut."""
        if self.size < self._least:
            raise Refused(INCOMPLETE_UPLOAD, received=self.size, expected=self._least)

    def displace(self) -> None:
        """Another handle of the account writes this name now: whoever holds this one is told so."""
        self._error = self._error or Refused(BEGUN_AGAIN, file_name=shown(self.where.name, 60))

    async def cut(self) -> int:
        """The connection ended before the CLOSE: keeps what came without a hole but for its end; says how much.

        So what is kept is shorter than the file, and nobody takes it for a whole one.
        """
        await self.settle()
        staging = self.upload.staging
        kept = max(0, staging.prefix - 1) // _CUT * _CUT
        await self._run(staging.truncate, kept)
        return kept

    async def abandon(self) -> None:
        """Lets go of everything that arrived."""
        self._batch, self._gathered = [], 0
        self._waiting.clear()
        if self._writer is not None:
            await asyncio.wait({self._writer})
        await self._run(self.upload.staging.abandon)

    async def _go_on(self, offset: int) -> None:
        """Of the bytes before, only those below the first new one are meant: nothing shows through behind it."""
        if offset < self.size:
            await self._run(self.upload.staging.truncate, min(offset, self.upload.staging.size))
            self.size = offset
        self._going_on, self._least = False, 0

    def _push(self) -> None:
        if not self._batch:
            return
        self._waiting.append((self._start, self._batch))
        self._batch, self._gathered = [], 0
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write_waiting())

    def _write_batch(self, start: int, pieces: list[bytes | memoryview]) -> None:
        self.upload.write(start, b"".join(pieces))

    async def _write_waiting(self) -> None:
        try:
            while self._waiting:
                await self._run(self._write_batch, *self._waiting[0])
                if self._waiting:
                    self._waiting.popleft()
        except Exception as error:  # kept, and raised to whoever writes or closes next
            self._error = error
            self._waiting.clear()
        finally:
            self._writer = None


def _kept(data: bytes | memoryview) -> bytes | memoryview:
    """Few bytes never hold many in memory."""
    if isinstance(data, memoryview) and len(data) * _LEAST_SHARE < memoryview(data.obj).nbytes:
        return bytes(data)
    return data


def nothing_to_continue() -> Refused:
    """4515 to a client that goes on with a file of which nothing is here: put it again."""
    return Refused(INCOMPLETE_UPLOAD, received="None", expected="the earlier")
