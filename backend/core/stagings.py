"""Stagings, counted by account and process whatever channel they come by, above a floor of free room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Final

from backend.contract.faults import NO_ROOM, TOO_MANY_HANDLES, Refused
from backend.core.ports import Staging, Vault
from backend.core.slots import Slots

MOST_OF_ACCOUNT: Final = 64
MOST_OPEN: Final = 528
"""Open at once in the process, whoever's: each is a descriptor."""
RESERVE: Final = 64 << 20
"""Bytes that uploads leave free, so that the database can still write."""


class Stagings:
    """Opens them. One counts until it is kept or abandoned."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._slots = Slots(MOST_OF_ACCOUNT, MOST_OPEN)
        self._bytes: Counter[str] = Counter()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._slots)

    def open(self, login_id: str, size: int = 0) -> Staging:
        """For a file of at least `size` bytes; 5005 beyond what one may hold open, 4516 where there is no room."""
        self._slots.take(login_id)
        try:
            self._refuse_beyond(size)
            return _Counted(
                self._vault.stage(), partial(self._hold, login_id), partial(self._slots.give_back, login_id)
            )
        except BaseException:
            self._slots.give_back(login_id)
            raise

    def room(self) -> int:
        """Bytes that uploads may still take."""
        return max(0, self._vault.room() - RESERVE)

    def _refuse_beyond(self, size: int) -> None:
        if size > self._vault.room() - RESERVE:
            raise Refused(NO_ROOM)

    def _hold(self, login_id: str, more: int, written: int = 0) -> None:
        """Before `written` bytes make a file longer by `more`, or after it became shorter by `-more`.

        4516 where there is no room. 5005 unless the account's unfinished files leave free as much as they take, so
        that nobody fills the disk alone.
        """
        with self._lock:
            if written:
                self._refuse_beyond(written)
            if more > 0 and self._bytes[login_id] + more > self.room() - more:
                raise Refused(TOO_MANY_HANDLES)
            self._bytes[login_id] += more
            if not self._bytes[login_id]:
                del self._bytes[login_id]


class _Counted:
    """A staging that says how long it is, and once that it has ended."""

    def __init__(self, staging: Staging, hold: Callable[..., None], ended: Callable[[], None]) -> None:
        self._staging = staging
        self._hold = hold
        self._held = 0
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
        if data:
            self._hold_until(offset + len(data), written=len(data))
        self._staging.write(offset, data)

    def truncate(self, size: int) -> None:
        self._hold_until(size)
        self._staging.truncate(size)
        self._release(size)

    def read(self, offset: int, length: int) -> bytes:
        return self._staging.read(offset, length)

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

    def _hold_until(self, size: int, written: int = 0) -> None:
        more = max(0, size - self._held)
        self._hold(more, written)
        self._held += more

    def _release(self, size: int) -> None:
        less = max(0, self._held - size)
        self._hold(-less)
        self._held -= less

    def _end(self) -> None:
        self._release(0)
        while self._ending:
            self._ending.pop()()
