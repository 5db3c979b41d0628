"""Watching: the figures that are read from the store when somebody asks, at a cost that does not grow with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Final

from backend.core.activity_row import ACCEPTED, COLLECTED, FETCHED, PUBLISHED, REFUSED, RETURNED, WITHDRAWN
from backend.core.figures import OK, ActCount, Figure, Labels, Measure
from backend.core.ports import Clock, Store

MOST_AT_ONCE: Final = 100_000
"""Entries of the log that one reading counts; what came beyond that is counted by the next."""
OTHER: Final = "other"
"""Stands for a folder that the catalogue does not have: its code is a stranger's word."""
_SUBMISSIONS: Final = Measure(
    "ecp_submissions", "Submissions by folder and outcome: ok or a fault.", "counter", ("folder", "outcome")
)
_SUBMITTED: Final = Measure("ecp_submitted_bytes", "Bytes of accepted submissions.", "counter", ("folder",))
_OTHERS: Final = {
    PUBLISHED: Measure("ecp_publications", "Files published, one for each identity.", "counter", ("folder",)),
    FETCHED: Measure("ecp_fetches", "Published files that went out.", "counter", ("folder",)),
    COLLECTED: Measure("ecp_collections", "Submissions read by the operator.", "counter", ("folder",)),
    RETURNED: Measure("ecp_returns", "Submissions given back by the operator.", "counter", ("folder",)),
    WITHDRAWN: Measure("ecp_withdrawals", "Publications and submissions taken back.", "counter", ("folder",)),
}
_LOG_SIZE: Final = Measure("ecp_log_size", "Entries of the log.")
_LOG_COUNTED: Final = Measure("ecp_log_counted", "Entries of the log up to which the counters above have counted.")
_SESSIONS: Final = Measure("ecp_sessions_open", "Sessions used within the last half hour.")
_LOCKED: Final = Measure("ecp_accounts_locked", "Accounts whose sign-in is locked.")
_MAILS: Final = Measure("ecp_mails_waiting", "Mails not sent yet.")
_OLDEST: Final = Measure("ecp_mails_oldest_seconds", "How long the oldest of them has been waiting.")
_REQUESTS: Final = Measure("ecp_change_requests_waiting", "Change requests waiting for a checker.", "gauge", ("side",))


class LogFigures:
    """Counts acts as the log grows, from where it stood when this process began: never the whole of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counted: int | None = None
        self._values: dict[Measure, Counter[Labels]] = {}
        self._lock = Lock()

    def begin(self) -> None:
        """From here on; what stands already is counted by nobody."""
        with self._store.reading() as rows:
            self._counted = rows.head().size

    def figures(self) -> Iterator[Figure]:
        with self._lock:
            with self._store.reading() as rows:
                size = rows.head().size
                start = size if self._counted is None else min(self._counted, size)
                until = min(size, start + MOST_AT_ONCE)
                folders = rows.catalogue().folders
                found = rows.acts_between(start, until) if until > start else []
            for one in found:
                self._count(one, one.folder if one.folder in folders else OTHER)
            self._counted = until
            for folder in folders.values():
                if folder.direction == "submission":  # none yet is a figure, too
                    self._add(_SUBMISSIONS, folder.code, OK)
            values = {measure: dict(counted) for measure, counted in self._values.items()}
        yield from (Figure(measure, counted) for measure, counted in values.items())
        yield Figure.of(_LOG_SIZE, size)
        yield Figure.of(_LOG_COUNTED, until)

    def _count(self, one: ActCount, folder: str) -> None:
        if one.act == ACCEPTED:
            self._add(_SUBMISSIONS, folder, OK, by=one.count)
            self._add(_SUBMITTED, folder, by=one.size)
        elif one.act == REFUSED:
            self._add(_SUBMISSIONS, folder, str(one.fault), by=one.count)
        elif one.act in _OTHERS:
            self._add(_OTHERS[one.act], folder, by=one.count)

    def _add(self, measure: Measure, *labels: str, by: int = 0) -> None:
        self._values.setdefault(measure, Counter())[labels] += by


def standing_figures(store: Store, clock: Clock) -> Callable[[], Iterator[Figure]]:
    """What waits and what is open, as the store has it."""

    def figures() -> Iterator[Figure]:
        now = clock.now()
        with store.reading() as rows:
            found = rows.standing(now)
        oldest = (now - found.oldest_mail).total_seconds() if found.oldest_mail else 0.0
        yield Figure.of(_SESSIONS, found.sessions)
        yield Figure.of(_LOCKED, found.locked)
        yield Figure.of(_MAILS, found.mails)
        yield Figure.of(_OLDEST, max(0.0, oldest))
        yield Figure(_REQUESTS, {(side,): found.requests.get(side, 0) for side in ("company", "operator")})

    return figures
