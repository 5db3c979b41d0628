"""Reading a kept file: whole or not at all, and only so many at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Final

import structlog

from backend.contract.faults import UNEXPECTED, Refused
from backend.core.activity_row import ActivityRow
from backend.core.ports import Stored, Vault
from backend.core.slots import Slots
from backend.logs import reference

MOST_OF_ACCOUNT: Final = 64
MOST_OPEN: Final = 400
"""Open at once in the process, whoever's: each is a descriptor."""
_log = structlog.get_logger(__name__)


class Reading:
    """An open file. `size` in bytes. Reads block: not for an event loop. Whoever has it closes it."""

    def __init__(self, row: ActivityRow, stored: Stored, closed: Callable[[], None]) -> None:
        self.size = stored.size
        self.log_index = row.log_index
        self._stored = stored
        self._closing = [closed]
        self._lock = Lock()

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from there, fewer only at the end of the file; 9000 where the vault has lost some."""
        wanted = max(0, min(length, self.size - offset))
        with self._lock:
            if not self._closing:  # its descriptor may be somebody else's by now
                raise ValueError("the reading is closed")
            data = self._stored.read(offset, wanted) if wanted else b""
        if len(data) != wanted:
            raise _damaged(self.log_index, "its object became shorter")
        return data

    def close(self) -> None:
        """Waits for a read in another thread; does nothing the second time."""
        with self._lock:
            while self._closing:
                self._closing.pop()()
                self._stored.close()


class Readings:
    """Opens them. One counts until it is closed."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._slots = Slots(MOST_OF_ACCOUNT, MOST_OPEN)

    def __len__(self) -> int:
        return len(self._slots)

    def open(self, login_id: str, row: ActivityRow) -> Reading:
        """The bytes that the row stands on; 9000 unless all of them are there, 5005 beyond what one may hold open."""
        self._slots.take(login_id)
        try:
            stored = self._vault.read(row.object_key or "")
            if stored is None:
                raise _damaged(row.log_index, "its object is missing")
            if stored.size != row.size:
                stored.close()
                raise _damaged(row.log_index, "its object has another size")
        except BaseException:
            self._slots.give_back(login_id)
            raise
        return Reading(row, stored, partial(self._slots.give_back, login_id))


def _damaged(log_index: int, why: str) -> Refused:
    said = reference()
    _log.error("a kept file cannot be read", reference=said, log_index=log_index, why=why)
    return Refused(UNEXPECTED, reference=said)
