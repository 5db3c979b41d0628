"""Months as a calendar on the wall: a cell a day, with a sign where it is not like the others."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.visual import RenderOptions
from textual.widget import Widget

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_WEEK: Final = len(_DAYS)
_CELL: Final = 4
MONTH_CELLS: Final = _WEEK * _CELL
_GAP: Final = 3
_HEAD: Final = 2
LINES: Final = _HEAD + 6
"""Of a month that begins on a Sunday."""
_FIRST, _LAST = date(2000, 1, 1), date(2200, 12, 31)
"""Of the years that there are calendars of."""


@dataclass(frozen=True, slots=True)
class DayMark:
    """How one day looks: a sign beside its number, both in this style."""

    glyph: str = " "
    style: str = ""


class MonthGrid(Widget, can_focus=True):
    """The month of the cursor, and those after it that there is room for. Arrows move by days and weeks."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"month--title", "month--cursor", "month--today"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "move(1)", "next day", show=False),
        Binding("left", "move(-1)", "day before", show=False),
        Binding("down,j", "move(7)", "next week", show=False),
        Binding("up,k", "move(-7)", "week before", show=False),
        Binding("pagedown", "turn(1)", "next month", show=False),
        Binding("pageup", "turn(-1)", "month before", show=False),
        Binding("enter", "open", "open the day", show=False),
    ]
    day: reactive[date] = reactive(date.min)
    """Where the cursor is."""
    today: reactive[date] = reactive(date.min)

    class Moved(Message):
        """The cursor stands on another day."""

        def __init__(self, grid: MonthGrid) -> None:
            super().__init__()
            self.grid, self.day = grid, grid.day

        @property
        def control(self) -> MonthGrid:
            return self.grid

    class Opened(Moved):
        """Enter was pressed on a day, or it was clicked twice."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._marks: dict[date, DayMark] = {}
        self._first = date.min

    def show(self, marks: Mapping[date, DayMark]) -> None:
        """How days look that are not like the others; paints nothing if nothing changed."""
        if marks != self._marks:
            self._marks = dict(marks)
            self.refresh()

    @property
    def days_in_sight(self) -> list[date]:
        """Of all months that are shown."""
        if self._first == date.min:
            return []
        first, after = self._first, month_after(self._first, self._shown)
        return [first + timedelta(days=at) for at in range((after - first).days)]

    # ── the cursor ───────────────────────────────────────────────────────────────────────────────────────────

    def action_move(self, days: int) -> None:
        self._go(self.day + timedelta(days=days))

    def action_turn(self, months: int) -> None:
        """The same day of another month, or its last one."""
        first = month_after(self.day, months)
        self._go(first.replace(day=min(self.day.day, monthrange(first.year, first.month)[1])))

    def _go(self, day: date) -> None:
        self.day = max(_FIRST, min(day, _LAST))

    def action_open(self) -> None:
        self.post_message(self.Opened(self))

    def watch_day(self) -> None:
        self._bring_into_sight()
        if self.is_mounted:
            self.post_message(self.Moved(self))

    def on_resize(self) -> None:
        self._bring_into_sight()

    def _bring_into_sight(self) -> None:
        """Turns no page while the day stands on one that is shown."""
        here = self.day.replace(day=1)
        last = month_after(self._first, self._shown - 1) if self._first != date.min else date.min
        if here < self._first or self._first == date.min:
            self._first = here
        elif here > last:
            self._first = month_after(here, 1 - self._shown)

    def on_click(self, event: events.Click) -> None:
        at, within = divmod(event.x, MONTH_CELLS + _GAP)
        if at >= self._shown or within >= MONTH_CELLS or event.y < _HEAD:
            return
        first = month_after(self._first, at)
        number = (event.y - _HEAD) * _WEEK + within // _CELL - first.weekday() + 1
        if 1 <= number <= monthrange(first.year, first.month)[1]:
            self.day = first.replace(day=number)
            if event.chain > 1:
                self.action_open()

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _shown(self) -> int:
        """How many months there is room for."""
        return max(1, (self.size.width + _GAP) // (MONTH_CELLS + _GAP))

    def render_line(self, y: int) -> Strip:
        parts: list[Content] = []
        if self._first != date.min:
            for at in range(self._shown):
                parts += [Content(" " * _GAP)] if at else []
                parts += self._line(month_after(self._first, at), y)
        width, style = self.size.width, self.visual_style
        strips = Content("").join(parts).render_strips(width, 1, style, RenderOptions(self._get_style, {}))
        strip = strips[0] if strips else Strip.blank(width, style.rich_style)
        return strip.adjust_cell_length(width, style.rich_style)

    def _line(self, first: date, y: int) -> list[Content]:
        if y == 0:
            return [Content.styled(f"{first:%B %Y}".ljust(MONTH_CELLS), "bold")]
        if y == 1:
            names = "".join(f"{name:>{_CELL - 1}} " for name in _DAYS)
            return [Content(names).stylize(self._style("title"))]
        start = (y - _HEAD) * _WEEK - first.weekday() + 1
        last = monthrange(first.year, first.month)[1]
        return [self._day(first, number, last) for number in range(start, start + _WEEK)]

    def _day(self, first: date, number: int, last: int) -> Content:
        if not 1 <= number <= last:
            return Content(" " * _CELL)
        day = first.replace(day=number)
        mark = self._marks.get(day, DayMark())
        cell = Content.styled(f"{number:>{_CELL - 1}}{mark.glyph}", mark.style) if mark.style else None
        cell = cell or Content(f"{number:>{_CELL - 1}}{mark.glyph}")
        if day == self.today:
            cell = cell.stylize(self._style("today"), _CELL - 3, _CELL - 1)
        if day == self.day:
            cell = Content(cell.plain).stylize(self._style("cursor"))
        return cell

    def _style(self, name: str) -> VisualStyle:
        return VisualStyle.from_styles(self.get_component_styles(f"month--{name}"))


def month_after(day: date, months: int) -> date:
    """The first of the month so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)
