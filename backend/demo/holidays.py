"""The demo's holidays: those of Hong Kong, but for any near the day it is made, which is to trade."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from backend.core.holiday_lists import holidays_of, shipped_lists
from backend.core.rows import Unit
from backend.wiring import Platform

_TO_TRADE: Final = timedelta(days=21)


def list_holidays(platform: Platform, today: date) -> None:
    def unit(unit: Unit) -> None:
        for listed in map(holidays_of, shipped_lists()):
            days = {one.day: one.name for one in listed.holidays if abs(one.day - today) > _TO_TRADE}
            unit.put_holidays(listed.year, days)

    platform.store.write(unit)
