"""Strangers: connections that have not signed in. However many there are, they keep out nobody who will."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import structlog

from backend.core.client_connect.sftp_access import RegisteredAddresses
from backend.core.client_connect.source_limit import source_of

MOST_STRANGERS: Final = 100
MOST_OF_A_SOURCE: Final = 10
FAILED: Final = 5.0
SILENT: Final = 1.0
ENFORCED_FROM: Final = 15.0
LONGEST_PENALTY: Final = 600.0
"""Seconds: what a sign-in in vain adds, what a connection adds that tried none, from when on they keep their source
out, and the most. As OpenSSH has it."""
MOST_PENALTIES: Final = 10_000
V = TypeVar("V")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    registered: bool


class Strangers(Generic[V]):
    """For the event loop alone. Sources registered for SFTP have no limit of their own and get no penalty."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.registered = RegisteredAddresses(())
        self._now = now
        self._here: dict[V, _Source] = {}
        """Who waits longest comes first."""
        self._penalties: OrderedDict[str, float] = OrderedDict()
        """Until when each lasts; who failed last comes last."""

    def __iter__(self) -> Iterator[V]:
        return iter(list(self._here))

    def __len__(self) -> int:
        return len(self._here)

    def came(self, who: V, address: str) -> V | None:
        """Who has to go for it: nobody, the newcomer, or one of those that wait."""
        source = _Source(source_of(address), address in self.registered)
        if not source.registered and (self._kept_out(source) or self._crowd()[source] >= MOST_OF_A_SOURCE):
            return who
        self._here[who] = source
        if len(self._here) <= MOST_STRANGERS:
            return None
        gone = self._longest_of_the_greediest()
        del self._here[gone]
        return gone

    def left(self, who: V, penalty: float = 0.0) -> None:
        """Signed in, or went; `penalty` in seconds."""
        source = self._here.pop(who, None)
        if source is None or source.registered or not penalty:
            return
        now = self._now()
        before = max(self._penalties.get(source.name, now), now)
        until = min(before + penalty, now + LONGEST_PENALTY)
        if before - now < ENFORCED_FROM <= until - now:
            _log.warning("a source is kept out", source=source.name, seconds=round(until - now))
        self._penalties[source.name] = until
        self._penalties.move_to_end(source.name)
        if len(self._penalties) > MOST_PENALTIES:
            self._penalties.popitem(last=False)

    def _kept_out(self, source: _Source) -> bool:
        return self._penalties.get(source.name, 0.0) - self._now() >= ENFORCED_FROM

    def _crowd(self) -> Counter[_Source]:
        return Counter(self._here.values())

    def _longest_of_the_greediest(self) -> V:
        """Where one is not registered, none that is has to go; and no source's many cost another's few."""
        crowd = self._crowd()
        greediest = max(crowd, key=lambda source: (not source.registered, crowd[source]))
        most = crowd[greediest]
        return next(
            one
            for one, source in self._here.items()
            if source.registered is greediest.registered and crowd[source] == most
        )
