"""Figures: what whoever runs the platform may measure of it. Few, with names that stay, and nothing of any person.

A new figure is a source (`Figures.add`) where it can be read when somebody asks, and a `Measure` in the `Tally` only
where nothing remembers it. Labels are codes of the catalogue, numbers of faults and words of ours: never a name.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final, Literal

import structlog

from backend.contract.faults import Refused

Labels = tuple[str, ...]
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""
OK: Final = "ok"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Times:
    """How often something took at most so long as each of `BOUNDS`, or longer than all; and how long in all."""

    counts: tuple[int, ...] = (0,) * (len(BOUNDS) + 1)
    seconds: float = 0.0

    def and_one(self, seconds: float) -> Times:
        place = bisect_left(BOUNDS, seconds)
        counts = tuple(count + (place == at) for at, count in enumerate(self.counts))
        return Times(counts, self.seconds + seconds)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured: the name it has for ever, what it means, and what it is told apart by."""

    name: str
    help: str
    kind: Literal["counter", "gauge", "times"] = "gauge"
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure as it stands."""

    measure: Measure
    values: Mapping[Labels, float | Times]

    @classmethod
    def of(cls, measure: Measure, value: float) -> Figure:
        return cls(measure, {(): value})


Source = Callable[[], Iterable[Figure]]

SIGN_INS: Final = Measure(
    "ecp_sign_ins", "Sign-ins by password, by channel and outcome: ok or a fault.", "counter", ("channel", "outcome")
)
KEY_SIGN_INS: Final = Measure(
    "ecp_key_sign_ins", "SSH keys shown by clients, by outcome: ok or a fault.", "counter", ("outcome",)
)
HTTP_REQUESTS: Final = Measure(
    "ecp_http_requests", "HTTP requests by route and class of status.", "counter", ("method", "route", "status")
)
HTTP_SECONDS: Final = Measure(
    "ecp_http_request_duration_seconds", "From the request's head to the answer's last byte.", "times", ("route",)
)
WRITER_SECONDS: Final = Measure(
    "ecp_writer_group_duration_seconds", "One transaction of the writer, its commit included.", "times"
)
JOB_DONE: Final = Measure(
    "ecp_job_last_success_timestamp_seconds", "When a background job last came to its end.", "gauge", ("job",)
)
_MISSING: Final = Measure("ecp_figure_sources_failed", "Sources of figures that could not be read this time.")


@dataclass(frozen=True, slots=True)
class ActCount:
    """So many entries of one act, folder and fault, and the bytes they are about."""

    act: str
    folder: str
    fault: int | None
    count: int
    size: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store holds at one instant. Each is a question that an index or a small table answers."""

    sessions: int
    locked: int
    mails: int
    oldest_mail: datetime | None
    requests: dict[str, int]


@dataclass(slots=True)
class Tally:
    """What one process has counted and timed since it began."""

    _values: dict[Measure, dict[Labels, float | Times]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, measure: Measure, *labels: str, by: float = 1) -> None:
        with self._lock:
            mine = self._values.setdefault(measure, {})
            before = mine.get(labels, 0)
            assert not isinstance(before, Times)  # noqa: S101 - a measure is of one kind
            mine[labels] = before + by

    def put(self, measure: Measure, value: float, *labels: str) -> None:
        with self._lock:
            self._values.setdefault(measure, {})[labels] = value

    def done(self, job: str, now: datetime) -> None:
        """A background job came to its end."""
        self.put(JOB_DONE, now.timestamp(), job)

    def time(self, measure: Measure, seconds: float, *labels: str) -> None:
        with self._lock:
            mine = self._values.setdefault(measure, {})
            before = mine.get(labels, Times())
            assert isinstance(before, Times)  # noqa: S101 - a measure is of one kind
            mine[labels] = before.and_one(seconds)

    @contextmanager
    def outcome(self, measure: Measure, *labels: str) -> Iterator[None]:
        """Counts what comes of it: ok, or the number of what refused it."""
        said = "9000"
        try:
            yield
            said = OK
        except Refused as refused:
            said = str(refused.number)
            raise
        finally:
            self.add(measure, *labels, said)

    def figures(self) -> list[Figure]:
        with self._lock:
            return [Figure(measure, dict(values)) for measure, values in self._values.items()]


class Figures:
    """Where all figures come from. One that cannot be read keeps back no other."""

    def __init__(self, *sources: Source) -> None:
        self._sources = list(sources)

    def add(self, source: Source) -> None:
        self._sources.append(source)

    def gathered(self) -> list[Figure]:
        """All of them as they stand now."""
        found: list[Figure] = []
        failed = 0
        for source in self._sources:
            try:
                found += source()
            except Exception as error:  # what ails one, such as the database, is what the others are to show
                failed += 1
                _log.warning("figures could not be read", error=type(error).__name__)
        return [*found, Figure.of(_MISSING, failed)]
