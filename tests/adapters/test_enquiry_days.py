"""The days of a filter find exactly their files, however often and far the clock was set back."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.contract.messages import ActivityFilter
from tests.adapters.filing import file
from tests.world import FRIDAY, World

pytestmark = pytest.mark.databases


@pytest.mark.parametrize("seed", range(3))
def test_the_days_of_a_filter_hold_after_the_clock_was_set_back(any_world: World, seed: int) -> None:
    chan, made = any_world.actor("CHAN01"), random.Random(seed)  # noqa: S311 - any order will do
    zone = any_world.platform.settings.zone
    told: list[tuple[int, date]] = []
    for number in range(60):
        moved = timedelta(hours=made.choice([1, 5, 30, 90, -2, -40, -100]) if number % 3 else 12)
        any_world.clock.at = max(any_world.clock.at + moved, FRIDAY - timedelta(days=9))
        (row,) = file(any_world, (f"f{number}.csv",))
        told.append((row.log_index, day_of(row.at, zone)))
    days = sorted({day for _, day in told})
    for _ in range(25):
        first, last = sorted(made.choice(days) + timedelta(days=made.choice([-1, 0, 0, 1])) for _ in range(2))
        for wanted in (
            ActivityFilter(from_date=first, to_date=last),
            ActivityFilter(from_date=first),
            ActivityFilter(to_date=last),
        ):
            page = any_world.services.activity.page(chan, wanted, None, 500)
            since, until = wanted.from_date or date.min, wanted.to_date or date.max
            right = [log_index for log_index, day in told if since <= day <= until]
            assert [item.log_index for item in page.items] == right[::-1] and page.total == len(right)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
