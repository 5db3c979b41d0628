"""Turns: large files are judged, hashed and synced a few at a time, so that threads are left for everybody else."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

LARGE: Final = 8 << 20
"""Bytes from which a file waits for its turn."""
OF_ACCOUNT: Final = 2
OF_ALL: Final = 8


class Turns:
    """For the event loop alone. Who waits holds no thread."""

    def __init__(self) -> None:
        self._all = Semaphore(OF_ALL)
        self._accounts: WeakValueDictionary[str, Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def taken(self, login_id: str, size: int) -> AsyncIterator[None]:
        """A turn for a file of `size` bytes; small ones need none."""
        if size < LARGE:
            yield
            return
        own = self._accounts.setdefault(login_id, Semaphore(OF_ACCOUNT))
        async with own, self._all:
            yield
