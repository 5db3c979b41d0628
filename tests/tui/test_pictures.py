"""What is drawn of glyphs: bars of arrivals, and months."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from ecp_tui.widgets.filters import ascii_text
from ecp_tui.widgets.month_grid import DayMark, MonthGrid, month_after
from ecp_tui.widgets.sparkline import BARS, Sparkline, bars, pooled


def test_bars_rise_with_what_came_and_nothing_looks_like_nothing() -> None:
    assert bars([0, 1, 4, 7], 10) == "▁▂▅█"
    assert bars([0, 0], 10) == "▁▁" and bars([], 10) == "" and bars([1], 0) == ""
    assert bars([1, 1000], 2) == "▂█", "one of many is still seen"
    assert ascii_text("▁▂▃▄▅▆▇█") == "_.:;=+*#"


@given(st.lists(st.integers(0, 10_000), max_size=200), st.integers(1, 80))
def test_no_arrival_is_lost_in_less_room_and_the_highest_bar_is_the_busiest(counts: list[int], cells: int) -> None:
    heights, drawn = pooled(counts, cells), bars(counts, cells)
    assert sum(heights) == sum(counts) and len(drawn) == len(heights) == min(len(counts), cells)
    for one, height in zip(drawn, heights, strict=True):
        assert (one == BARS[0]) == (height == 0) and (one == BARS[-1]) >= (0 < height == max(heights))


class Shows(App[None]):
    """One picture on a page of its own."""

    def __init__(self, picture: MonthGrid | Sparkline) -> None:
        super().__init__()
        self.picture = picture

    def compose(self) -> ComposeResult:
        yield self.picture

    def on_mount(self) -> None:
        self.picture.styles.height = 8

    @property
    def seen(self) -> list[str]:
        return [self.picture.render_line(y).text.rstrip() for y in range(self.picture.size.height)]


async def test_what_is_still_ahead_is_points_after_the_bars() -> None:
    picture = Sparkline(id="arrivals")
    picture.counts, picture.ahead = (0, 2, 4, 0, 0, 0), 3
    async with Shows(picture).run_test(size=(40, 10)) as pilot:
        assert str(picture.render()) == "▁▅█···"
        picture.counts, picture.ahead = tuple(range(400)), 100
        await pilot.pause()
        assert len(str(picture.render())) == 40 and str(picture.render()).count("·") == 10
        picture.show((), 0)
        assert str(picture.render()) == ""
        picture.show((4, 2, 0, 1), 0, 2)
        assert str(picture.render()) == "█▅│▁▃", "what came too late stands behind the line"
        picture.show((0, 0, 0, 0), 3, 1)
        assert str(picture.render()) == "▁··│·"
        picture.show((1,) * 100, 0, 50)
        assert len(str(picture.render())) == 40 and str(picture.render()).index("│") == 20


async def test_a_month_begins_on_its_weekday_and_marks_stand_beside_their_days() -> None:
    grid = MonthGrid(id="month")
    grid.day = grid.today = date(2026, 11, 23)
    grid.show({date(2026, 11, 25): DayMark("✕", "bold")})
    async with Shows(grid).run_test(size=(30, 12)) as pilot:
        app = pilot.app
        assert isinstance(app, Shows)
        assert app.seen[:3] == ["November 2026", " Mo  Tu  We  Th  Fr  Sa  Su", " " * 26 + "1"]
        assert app.seen[6] == " 23  24  25✕ 26  27  28  29" and app.seen[7] == " 30"
        grid.focus()
        await pilot.press("down", "right")
        assert grid.day == date(2026, 12, 1) and app.seen[0] == "December 2026"
        await pilot.press("pageup", "left")
        assert grid.day == date(2026, 10, 31)
        await pilot.press("pagedown")
        assert grid.day == date(2026, 11, 30), "the last day of a month that is shorter"
        await pilot.resize_terminal(70, 12)
        await pilot.pause()
        assert app.seen[0].split() == ["November", "2026", "December", "2026"]
        await pilot.press("pagedown")
        assert app.seen[0].startswith("November"), "no page is turned for a day that is in sight"
        await pilot.click(MonthGrid, offset=(31 + 9, 3))
        assert grid.day == date(2026, 12, 9)


@pytest.mark.parametrize(("months", "first"), [(0, (2026, 11)), (2, (2027, 1)), (-11, (2025, 12)), (14, (2028, 1))])
def test_months_are_counted_over_the_ends_of_years(months: int, first: tuple[int, int]) -> None:
    assert month_after(date(2026, 11, 30), months) == date(*first, 1)


async def test_no_key_leaves_the_years_that_there_are_calendars_of() -> None:
    grid = MonthGrid(id="month")
    grid.day = date(2200, 12, 31)
    async with Shows(grid).run_test(size=(30, 12)) as pilot:
        grid.focus()
        await pilot.press("right", "down", "pagedown")
        assert grid.day == date(2200, 12, 31)
        grid.day = date(2000, 1, 1)
        await pilot.press("left", "pageup")
        assert grid.day == date(2000, 1, 1)
