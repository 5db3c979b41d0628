"""Strangers: connections that have not signed in. However many there are, they keep out nobody who will."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

from backend.core.client_connect.sftp_access import RegisteredAddresses
from backend.core.client_connect.source_limit import source_of

MOST_STRANGERS: Final = 100
MOST_OF_A_SOURCE: Final = 10
PENALTY: Final = 5.0
ENFORCED_FROM: Final = 15.0
LONGEST_PENALTY: Final = 600.0
"""Seconds: what a failed sign-in adds, from when on it keeps its source out, and the most. As OpenSSH has it."""
MOST_PENALTIES: Final = 10_000
V = TypeVar("V")


class Strangers(Generic[V]):
    """For the event loop alone. Sources registered for SFTP have no limit of their own and get no penalty."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.registered = RegisteredAddresses(())
        self._now = now
        self._here: dict[V, str | None] = {}
        """The source of each, `None` for registered ones; who waits longest comes first."""
        self._penalties: OrderedDict[str, float] = OrderedDict()
        """Until when each lasts; who failed last comes last."""

    def __iter__(self) -> Iterator[V]:
        return iter(list(self._here))

    def __len__(self) -> int:
        return len(self._here)

    def came(self, who: V, address: str) -> V | None:
        """Who has to go for it: nobody, the newcomer, or whoever has waited longest."""
        source = None if address in self.registered else source_of(address)
        if source is not None:
            penalty = self._penalties.get(source, 0.0) - self._now()
            if penalty >= ENFORCED_FROM or Counter(self._here.values())[source] >= MOST_OF_A_SOURCE:
                return who
        self._here[who] = source
        if len(self._here) <= MOST_STRANGERS:
            return None
        unknown = (one for one, source in self._here.items() if source is not None)
        gone = next(unknown, next(iter(self._here)))
        del self._here[gone]
        return gone

    def left(self, who: V, *, failed: bool = False) -> None:
        """Signed in, or went; `failed` if a sign-in was tried in vain."""
        source = self._here.pop(who, None)
        if source is None or not failed:
            return
        now = self._now()
        self._penalties[source] = min(max(self._penalties.get(source, now), now) + PENALTY, now + LONGEST_PENALTY)
        self._penalties.move_to_end(source)
        if len(self._penalties) > MOST_PENALTIES:
            self._penalties.popitem(last=False)
