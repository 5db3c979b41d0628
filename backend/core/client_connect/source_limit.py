"""How many sign-ins one source may try in a minute."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from backend.contract.faults import TOO_MANY_ATTEMPTS, Refused
from backend.core.ports import Clock

MOST_A_MINUTE: Final = 30
_MINUTE: Final = timedelta(minutes=1)


class SourceLimit:
    """Counts in memory, per backend; sources that have gone quiet are forgotten."""

    def __init__(self, clock: Clock, most: int = MOST_A_MINUTE) -> None:
        self._clock = clock
        self._most = most
        self._seen: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def refuse_beyond(self, source: str) -> None:
        """Counts one sign-in from `source`; 1007 beyond the limit."""
        now = self._clock.now()
        with self._lock:
            self._forget(now)
            seen = self._seen.setdefault(source, deque())
            if len(seen) >= self._most:
                raise Refused(TOO_MANY_ATTEMPTS)
            seen.append(now)

    def _forget(self, now: datetime) -> None:
        for source, seen in list(self._seen.items()):
            while seen and now - seen[0] >= _MINUTE:
                seen.popleft()
            if not seen:
                del self._seen[source]
