"""How many sign-ins one source may try in a minute."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Final

from backend.contract.faults import TOO_MANY_ATTEMPTS, Refused
from backend.core.ports import Clock

MOST_A_MINUTE: Final = 30
MOST_SOURCES: Final = 50_000
_MINUTE: Final = timedelta(minutes=1)
_HOST_BITS: Final = 64


class SourceLimit:
    """Counts in memory, per backend; sources that have gone quiet are forgotten."""

    def __init__(self, clock: Clock, most: int = MOST_A_MINUTE, most_sources: int = MOST_SOURCES) -> None:
        self._clock = clock
        self._most = most
        self._most_sources = most_sources
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()
        """The quietest first."""
        self._lock = Lock()

    def refuse_beyond(self, source: str) -> None:
        """Counts one sign-in from `source`; 1007 beyond the limit."""
        now, source = self._clock.now(), source_of(source)
        with self._lock:
            seen = self._within_a_minute(source, now)
            if len(seen) >= self._most:
                raise Refused(TOO_MANY_ATTEMPTS)
            seen.append(now)
            self._seen[source] = seen
            self._seen.move_to_end(source)
            if len(self._seen) > self._most_sources:
                self._seen.popitem(last=False)

    def refuse_full(self, source: str) -> None:
        """1007 where one more from `source` would be beyond the limit; counts nothing."""
        with self._lock:
            if len(self._within_a_minute(source_of(source), self._clock.now())) >= self._most:
                raise Refused(TOO_MANY_ATTEMPTS)

    def _within_a_minute(self, source: str, now: datetime) -> deque[datetime]:
        self._forget(now)
        seen = self._seen.get(source, deque())
        while seen and now - seen[0] >= _MINUTE:
            seen.popleft()
        return seen

    def _forget(self, now: datetime) -> None:
        while self._seen and now - next(iter(self._seen.values()))[-1] >= _MINUTE:
            self._seen.popitem(last=False)


def source_of(address: str) -> str:
    """Who counts as one source: an IPv4 address, or the IPv6 network of one subscriber (/64)."""
    try:
        found = ip_address(address.split("%", 1)[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found) >> _HOST_BITS << _HOST_BITS))
