"""Pipes between a channel and a program's handles: what comes goes on, and little is kept that nobody takes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Final

MOST_UNTAKEN: Final = 64 << 10
"""Bytes that may wait for a program which does not read."""
_BLOCK: Final = 32 << 10


class Spout:
    """Reads a handle, while whoever takes it does; the handle is its own from then on."""

    def __init__(self, handle: int, taken: Callable[[bytes], None], ended: Callable[[], None]) -> None:
        os.set_blocking(handle, False)
        self._loop = asyncio.get_running_loop()
        self.handle = handle
        self._taken = taken
        self._ended = ended
        self._reading = False
        self.over = False
        self.flow(True)

    def flow(self, flows: bool) -> None:
        """Goes on, or waits."""
        if self.over or flows is self._reading:
            return
        self._reading = flows
        if flows:
            self._loop.add_reader(self.handle, self._read)
        else:
            self._loop.remove_reader(self.handle)

    def close(self) -> None:
        if not self.over:
            self.flow(False)
            self.over = True
            os.close(self.handle)

    def _read(self) -> None:
        try:
            data = os.read(self.handle, _BLOCK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # a pseudo-terminal that nobody has open any more
            data = b""
        if data:
            self._taken(data)
        else:
            self.close()
            self._ended()


class Drain:
    """Writes what arrives into a handle, which is its own from then on; `full` hears when there is too much, or not."""

    def __init__(self, handle: int, full: Callable[[bool], None]) -> None:
        os.set_blocking(handle, False)
        self._loop = asyncio.get_running_loop()
        self._handle = handle
        self._full = full
        self._untaken = bytearray()
        self._ending = False
        self._told = False
        self.over = False

    def write(self, data: bytes | memoryview) -> None:
        if self.over or self._ending:
            return
        if not self._untaken:
            data = memoryview(data)[self._written(data) :]
            if self.over or not data:
                return
            self._loop.add_writer(self._handle, self._go_on)
        self._untaken += data
        self._tell()

    def end(self) -> None:
        """Nothing more comes; what waits is still written."""
        self._ending = True
        if not self._untaken:
            self.close()

    def close(self) -> None:
        if not self.over:
            self.over = True
            if self._untaken:
                self._loop.remove_writer(self._handle)
                self._untaken.clear()
            os.close(self._handle)
            self._tell()

    def _go_on(self) -> None:
        del self._untaken[: self._written(self._untaken)]
        if self.over:
            return
        if not self._untaken:
            self._loop.remove_writer(self._handle)
            if self._ending:
                self.close()
                return
        self._tell()

    def _written(self, data: bytes | bytearray | memoryview) -> int:
        """How much of it was taken; closes where nobody will ever read it."""
        try:
            return os.write(self._handle, data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            self.close()
            return 0

    def _tell(self) -> None:
        full = len(self._untaken) > MOST_UNTAKEN
        if full is not self._told:
            self._told = full
            self._full(full)
