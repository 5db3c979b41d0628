"""Readiness: whether this process can take a file now, in one word for whoever sends requests its way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from threading import Lock
from typing import Final

from backend.contract.messages import Readiness
from backend.core.figures import Figure, Measure
from backend.core.ports import Store, Vault
from backend.core.rows import Unit
from backend.core.stagings import RESERVE

SECONDS: Final = 2.0
"""How long the writer has for a unit that does nothing."""
KEPT: Final = 1.0
"""Seconds that an answer holds, so that strangers who ask cost the database nothing."""
_DATABASE: Final = Measure("ecp_database_up", "Whether the database takes a unit of work in time.")
_FREE: Final = Measure("ecp_vault_free_bytes", "Bytes that uploads may still take.")
_READY: Final = Measure("ecp_ready", "What /readyz says, as 1 beside its word.", "gauge", ("state",))


class ReadinessService:
    """Asks database and vault themselves, one question at a time whoever asks."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        clock: Callable[[], float] = time.monotonic,
        holds: Callable[[], bool] = lambda: True,
    ) -> None:
        """`holds`: whether the log has all that it ever had."""
        self._store = store
        self._vault = vault
        self._clock = clock
        self._holds = holds
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="readiness")
        self._asked: Future[None] | None = None
        self._known = Readiness(state="database")
        self._asked_at = float("-inf")
        self._stopping = False

    def drain(self) -> None:
        """From now on nothing new is to be sent here."""
        self._stopping = True

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def state(self) -> Readiness:
        if self._stopping:
            return Readiness(state="stopping")
        if self._lock.acquire(blocking=False):  # whoever asks meanwhile hears what was so before
            try:
                if self._clock() - self._asked_at >= KEPT:
                    self._known, self._asked_at = self._found(), self._clock()
            finally:
                self._lock.release()
        return self._known

    def figures(self) -> Iterator[Figure]:
        said = self.state().state
        yield Figure(_READY, {(said,): 1})
        yield Figure.of(_DATABASE, said != "database")
        yield Figure.of(_FREE, max(0, self._vault.room() - RESERVE))

    def _found(self) -> Readiness:
        if not self._writes():
            return Readiness(state="database")
        try:
            room = self._vault.room()
        except OSError:
            return Readiness(state="vault")
        if not self._holds():
            return Readiness(state="rolled-back")
        return Readiness(state="ready" if room > RESERVE else "room")

    def _writes(self) -> bool:
        """Whether the writer takes a unit. One that hangs is waited for: a second would hang behind it."""
        if self._asked is None or self._asked.done():
            self._asked = self._threads.submit(self._store.write, _nothing)
        try:
            self._asked.result(SECONDS)
        except NotInTime:
            return False
        except Exception:  # whatever it says, it does not write; the writer has logged what
            return False
        return True


def _nothing(unit: Unit) -> None:
    """What writes nothing waits for all that does, and for the commit."""
