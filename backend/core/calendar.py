"""Trading days and the deployment's time zone; what operators decided about days, cut-offs and who need not file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_SATURDAY: Final = 5
Deadline = tuple[str, date, str]
"""A folder, an input date and an identity code; an empty code stands for all."""


@dataclass(frozen=True, slots=True)
class Extension:
    """Until when a cut-off was moved, and why."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, as it stands in the database."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    closures: Mapping[date, str] = field(default_factory=dict)
    extensions: Mapping[tuple[str, date], Mapping[str, Extension]] = field(default_factory=dict)
    """Of a folder and an input date, by identity code."""
    exemptions: Mapping[Deadline, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every weekday trades that was not closed; `every_day` lets Saturday and Sunday trade as well."""

    zone: ZoneInfo
    every_day: bool = False
    decided: Decided = field(default_factory=Decided)

    def with_(self, decided: Decided) -> Calendar:
        return replace(self, decided=decided)

    def with_closures(self, closures: Mapping[date, str]) -> Calendar:
        return self.with_(replace(self.decided, closures=closures))

    def trades(self, day: date) -> bool:
        closed = day in self.decided.holidays or day in self.decided.closures
        return not closed and (self.every_day or day.weekday() < _SATURDAY)

    def closed(self, day: date) -> str:
        """Why this day does not trade although it was to: the closure's name."""
        return self.decided.closures.get(day, "")

    def why_not(self, day: date) -> str:
        """Why it does not trade, in words; empty where it does."""
        if self.trades(day):
            return ""
        return self.closed(day) or self.decided.holidays.get(day) or "a weekend"

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def shifted(self, day: date, trading_days: int) -> date:
        """`day` moved by so many trading days; 0 is `day` itself, traded or not."""
        step = timedelta(days=1 if trading_days > 0 else -1)
        left = abs(trading_days)
        while left:
            day += step
            left -= self.trades(day)
        return day

    def latest(self, day: date) -> date:
        """`day` if it trades, else the last trading day before it."""
        return day if self.trades(day) else self.shifted(day, -1)

    def next(self, day: date) -> date:
        """`day` if it trades, else the next trading day after it."""
        return day if self.trades(day) else self.shifted(day, 1)

    def instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)

    def days(self, first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
        """From the beginning of the first to the end of the last; `None` where nothing bounds them."""
        after = None if last in (None, date.max) else last + timedelta(days=1)  # no day comes after that one
        start, end = (None if day is None else self.instant(day, time()) for day in (first, after))
        return start, end

    def extension(self, folder: str, input_date: date, identity_code: str = "") -> Extension | None:
        """Of a cut-off, for all or for this identity: the later of both."""
        moved = self.decided.extensions.get((folder, input_date))
        if moved is None:
            return None
        found = [moved[code] for code in {"", identity_code} if code in moved]
        return max(found, key=lambda one: one.until, default=None)

    def extended(self, folder: str, input_date: date) -> frozenset[str]:
        """The identity codes with an extension of their own; an empty one stands for all."""
        return frozenset(self.decided.extensions.get((folder, input_date), ()))

    def exemption(self, folder: str, input_date: date, identity_code: str) -> str:
        """Why this identity need not file for that date; empty where it must."""
        return self.decided.exemptions.get((folder, input_date, identity_code), "")
