"""Stagings, counted by account and process whatever channel they come by, above a floor of free room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Final

from backend.contract.faults import NO_ROOM, TOO_MANY_HANDLES, Refused
from backend.core.ports import Staging, Vault

MOST_OF_ACCOUNT: Final = 64
MOST_OPEN: Final = 400
"""Open at once in the process, whoever's: each is a descriptor."""
RESERVE: Final = 64 << 20
"""Bytes that uploads leave free, so that the database can still write."""


class Stagings:
    """Opens them. One counts until it is kept or abandoned."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._open: Counter[str] = Counter()
        self._lock = Lock()

    def __len__(self) -> int:
        return self._open.total()

    def open(self, login_id: str, size: int = 0) -> Staging:
        """For a file of at least `size` bytes; 5005 beyond what one may hold open, 4516 where there is no room."""
        with self._lock:
            if self._open[login_id] >= MOST_OF_ACCOUNT or self._open.total() >= MOST_OPEN:
                raise Refused(TOO_MANY_HANDLES)
            self._open[login_id] += 1
        try:
            self._refuse_beyond(size)
            return _Counted(self._vault.stage(), self._refuse_beyond, partial(self._ended, login_id))
        except BaseException:
            self._ended(login_id)
            raise

    def room(self) -> int:
        """Bytes that uploads may still take."""
        return max(0, self._vault.room() - RESERVE)

    def _refuse_beyond(self, size: int) -> None:
        if size > self._vault.room() - RESERVE:
            raise Refused(NO_ROOM)

    def _ended(self, login_id: str) -> None:
        with self._lock:
            self._open[login_id] -= 1
            if not self._open[login_id]:
                del self._open[login_id]


class _Counted:
    """A staging that says once that it has ended."""

    def __init__(self, staging: Staging, refuse_beyond: Callable[[int], None], ended: Callable[[], None]) -> None:
        self._staging = staging
        self._refuse_beyond = refuse_beyond
        self._ending = [ended]

    @property
    def size(self) -> int:
        return self._staging.size

    @property
    def contiguous(self) -> bool:
        return self._staging.contiguous

    @property
    def prefix(self) -> int:
        return self._staging.prefix

    def write(self, offset: int, data: bytes) -> None:
        self._refuse_beyond(len(data))
        self._staging.write(offset, data)

    def truncate(self, size: int) -> None:
        self._staging.truncate(size)

    def sha256(self) -> str:
        return self._staging.sha256()

    def keep(self) -> str:
        key = self._staging.keep()
        self._end()
        return key

    def abandon(self) -> None:
        try:
            self._staging.abandon()
        finally:
            self._end()

    def _end(self) -> None:
        while self._ending:
            self._ending.pop()()
