"""Forgetting: 90 days after its closing nothing says any more whose an account was, nor where its acts came from."""

from __future__ import annotations

from functools import partial
from typing import Final

from backend.core.activity import Ledger
from backend.core.activity_row import SOURCES_ERASED
from backend.core.client_connect.ports.erasure import LongClosed
from backend.core.client_connect.request_rules import CLOSED_KEPT
from backend.core.ports import Clock, Store
from backend.core.rows import Unit

_AT_ONCE: Final = 1000


class Forgetting:
    """Run by the hourly sweep.

    Source addresses first, so many in one unit with the entry that says up to where; the account itself last, so that
    whatever a crash leaves is gone on with.
    """

    def __init__(self, store: Store, clock: Clock, ledger: Ledger) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger

    def forget(self) -> int:
        """Returns how many accounts were forgotten."""
        before = self._clock.now() - CLOSED_KEPT
        with self._store.reading() as rows:
            closed = rows.long_closed(before)
        for one in closed:
            self._sources(one)
        known = {one.login_id for one in closed}
        return self._store.write(lambda unit: unit.forget_closed(known)) if known else 0

    def _sources(self, closed: LongClosed) -> None:
        last = -1
        while True:
            with self._store.reading() as rows:
                places = rows.sources_of(closed.login_id, last, _AT_ONCE)
            if not places:
                return
            last = places[-1]
            self._store.write(partial(self._erase, closed=closed, places=tuple(places)))

    def _erase(self, unit: Unit, closed: LongClosed, places: tuple[int, ...]) -> None:
        """Unless another backend was quicker."""
        there = [row for row in unit.entries_at(places).values() if row.source is not None]
        if not there:
            return
        whose = {"company": closed.company, "subject": closed.login_id}
        told = {"object": str(places[-1]), "count": len(there)}
        self._ledger.record(unit, SOURCES_ERASED, self._clock.now(), "server", **whose, **told)
        unit.erase_sources(there)
