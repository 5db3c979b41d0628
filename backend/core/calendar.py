"""Trading days and the deployment's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every weekday trades; `every_day` lets Saturday and Sunday trade as well."""

    zone: ZoneInfo
    every_day: bool = False

    def trades(self, day: date) -> bool:
        return self.every_day or day.weekday() < _SATURDAY

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

    def instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)
