"""The calendar: which days trade, which were closed, and the cut-offs that come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import ClassVar, Final

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import BoardLine, ClosedDay, Exemption, MovedCutOff, TradingYear
from ecp_tui import wording
from ecp_tui.obligation_wording import at, counts, left, lines_of, state_of
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.calendar_forms import CloseForm, HolidaysForm, holidays_of
from ecp_tui.screens.deadline_forms import ExtendForm
from ecp_tui.screens.obligations import ObligationsScreen
from ecp_tui.screens.proposing import reviewed, why_not_propose
from ecp_tui.screens.receipt import ASKING
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.month_grid import DayMark, MonthGrid
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (Column("", 12, right=True), Column("", 8), Column("", 30, grows=True))
_MARKS: Final = {"holiday": "exempt", "closure": "missing", "due": "due"}
"""The sign of what a day is, or of what stands in the list."""
_SATURDAY: Final = 5


class CalendarScreen(EcpScreen):
    """Months above, the day of the cursor beside them; below, what comes and what is closed."""

    CSS_PATH: ClassVar = "calendar.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("change", "reject")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "change", "reject", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "calendar"
    where = "Calendar"

    def __init__(self) -> None:
        super().__init__()
        self._years: dict[int, TradingYear] = {}
        self._deadlines: tuple[BoardLine, ...] = ()

    def body(self) -> Iterable[Widget]:
        yield Words(Content.styled("Calendar", "bold"), id="title", classes="title")
        with Horizontal(id="above"):
            yield MonthGrid(id="months")
            yield Words(id="day")
        yield Table(_COLUMNS, id="coming", titles=False, empty=ASKING)

    def on_mount(self) -> None:
        grid = self._grid
        grid.day = grid.today = self.context.now().date()
        grid.focus()

    @property
    def _grid(self) -> MonthGrid:
        return self.query_one(MonthGrid)

    @property
    def _table(self) -> Table:
        return self.query_one("#coming", Table)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        client = self.context.client
        if self.context.staff:
            lines = (await client.board(background=background)).lines
        else:
            lines = lines_of((await client.obligations(limit=500, background=background)).items)
        now = self.context.now()
        self._deadlines = tuple(sorted(lines, key=lambda one: (one.cut_off < now, abs(one.cut_off - now))))
        await self._load_year(background=background)

    async def _load_year(self, *, background: bool) -> None:
        """Every year of which a day may be in sight."""
        for year in sorted({day.year for day in self._grid.days_in_sight}):
            self._years[year] = await self.context.client.trading_year(year, background=background)
        self._show()

    def on_month_grid_moved(self) -> None:
        if all(day.year in self._years for day in self._grid.days_in_sight):
            self._show()
        else:
            self.ask(self._load_year(background=False), group="year")

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        grid = self._grid
        year = self._years.get(grid.day.year)
        if year is None:
            return
        grid.today = year.today
        grid.show(dict(self._marks()))
        self._show_title(year)
        self.query_one("#day", Words).update(self._day(grid.day, year))
        self._table.empty = ""
        self._table.show(list(self._rows(year)))
        self._say()
        self.show_keys()

    def _marks(self) -> Iterator[tuple[date, DayMark]]:
        """Weekends are quiet; what needs somebody is marked last, and so is seen."""
        for year in self._years.values():
            if not year.every_day:
                yield from ((day, DayMark(style="$muted")) for day in self._grid.days_in_sight if _weekend(day))
            for closed in year.closed:
                sign = SIGNS[_MARKS[closed.kind]]
                yield closed.day, DayMark(sign.glyph, sign.style)
        for one in self._deadlines:
            if one.due:
                sign = SIGNS["due"]
                yield self.context.here(one.cut_off).date(), DayMark(sign.glyph, sign.style)

    def _show_title(self, year: TradingYear) -> None:
        holidays = sum(one.kind == "holiday" for one in year.closed)
        closures = len(year.closed) - holidays
        unlisted = "every day trades" if year.every_day else "holidays not listed yet"
        listed = wording.count(holidays, "holiday") if year.listed else unlisted
        closed = f" · {wording.count(closures, 'closure')}" if closures else ""
        facts = f"   {year.year} · {listed}{closed}"
        self.query_one("#title", Words).update(Content.assemble(("Calendar", "bold"), (facts, "$muted not bold")))

    def _day(self, day: date, year: TradingYear) -> Content:
        """What the day of the cursor is, and which cut-offs fall on it."""
        lines = [Content.styled(f"{day:%A} {day.day} {day:%B %Y}", "bold"), self._kind(day, year), Content("")]
        mine = [one for one in self._deadlines if self.context.here(one.cut_off).date() == day]
        lines += [Content.styled("Cut-offs on this day", "$muted")] if mine else []
        for one in mine:
            lines.append(Content(f"{self.context.here(one.cut_off):%H:%M}  {one.folder} for {one.input_date}"))
        return Content("\n").join(lines)

    def _kind(self, day: date, year: TradingYear) -> Content:
        closed = [one for one in year.closed if one.day == day]
        if closed:
            sign = SIGNS[_MARKS[closed[-1].kind]]
            word = "holiday" if closed[-1].kind == "holiday" else "closed"
            return Content.assemble((f"{sign.glyph} {word}: ", sign.style), closed[-1].name)
        if _weekend(day) and not year.every_day:
            return Content.styled("○ weekend: nothing trades", "$muted")
        if not (year.listed or year.every_day):
            return Content("● trades, unless it becomes a holiday")
        return Content.styled("● trades", "$success")

    def _rows(self, year: TradingYear) -> Iterator[Row]:
        if self._deadlines:
            yield row("part/cut-offs", "Cut-offs", heading=True)
            yield from map(self._deadline_row, self._deadlines)
        parts = (
            (f"Holidays and closures of {year.year}", [*map(_closed_row, year.closed)]),
            (f"More time in {year.year}", [*map(self._extended_row, reversed(year.extensions))]),
            (f"Exempt in {year.year}", [*map(_exempt_row, reversed(year.exemptions))]),
        )
        for heading, rows in parts:
            if rows:
                yield row(f"gap/{heading}", "", heading=True)
                yield row(f"part/{heading}", heading, heading=True)
                yield from rows

    def _extended_row(self, one: MovedCutOff) -> Row:
        who = one.identity_code or "all"
        until = at(one.until, self.context.zone, self.context.now())
        words = Content.assemble(f"for {one.input_date}, {who}  ", (f"until {until}  ", "bold"), one.reason)
        return row(f"more/{one.folder}/{one.input_date}/{one.identity_code}", "", one.folder, words)

    def _deadline_row(self, one: BoardLine) -> Row:
        now, sign = self.context.now(), SIGNS[state_of(one)]
        said = ", ".join(words for _, words in counts(one))
        countdown = left(one.cut_off, now) if one.due else ""
        words = Content.assemble(
            f"for {one.input_date}  ", (f"{sign.glyph} {said}", sign.style), (f"   {countdown}", "$muted")
        )
        return row(f"due/{one.folder}/{one.input_date}", at(one.cut_off, self.context.zone, now), one.folder, words)

    def _say(self) -> None:
        if self.has_class("-narrow") and (year := self._years.get(self._grid.day.year)) is not None:
            self.say(f"{self._grid.day:%a} {self._grid.day.day}: {self._kind(self._grid.day, year).plain}")
            return
        zone = wording.zone_name(self.context.now(), self.context.zone)
        exempt, missing, due = (SIGNS[state].glyph for state in _MARKS.values())
        self.say(f"{exempt} holiday · {missing} closed · {due} cut-off to come · PgUp PgDn months · times {zone}")

    def on_table_moved(self) -> None:
        self.show_keys()

    def on_descendant_focus(self) -> None:
        self.show_keys()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _deadline(self) -> BoardLine | None:
        """Of the row under the cursor, while the list has the focus."""
        key = self._table.here_key if self._table.has_focus else ""
        return next((one for one in self._deadlines if key == f"due/{one.folder}/{one.input_date}"), None)

    @property
    def _here(self) -> date:
        """The day that is meant: of the list's row where it is one of a day, else of the months."""
        kind, _, rest = (self._table.here_key if self._table.has_focus else "").partition("/")
        return date.fromisoformat(rest.partition("/")[0]) if kind == "closed" else self._grid.day

    @property
    def _closure(self) -> bool:
        day = self._here
        closed = self._years[day.year].closed if day.year in self._years else ()
        return any(one.day == day and one.kind == "closure" for one in closed)

    def hints(self) -> tuple[str, ...]:
        """Who proposes nothing is offered nothing to propose."""
        return ("open", "goto", "back") if why_not_propose(self) else self.HINTS

    def reason(self, key: str) -> str:
        if key in ("change", "reject"):
            return why_not_propose(self) or ("" if self._grid.day.year in self._years else ASKING)
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        words = {
            "change": "extend" if self._deadline is not None else "holidays",
            "reject": "reopen" if self._closure else "close the day",
        }
        return words.get(key, "")

    def on_month_grid_opened(self, event: MonthGrid.Opened) -> None:
        self.open(ObligationsScreen(None, event.day))

    def on_table_opened(self, event: Table.Opened) -> None:
        """A cut-off leads to who files there; a closed day to its place in the months."""
        if (one := self._deadline) is not None:
            self.open(ObligationsScreen(one.folder, one.input_date))
        elif (day := self._here) != self._grid.day:
            self._grid.day = day
            self._grid.focus()

    def action_change(self) -> None:
        if (one := self._deadline) is not None:
            self.open(ExtendForm(reviewed(self), one.folder, one.input_date, one.cut_off))
            return
        year = self._years[self._grid.day.year]
        self.open(HolidaysForm(reviewed(self), year.year, holidays_of(year)))

    def action_reject(self) -> None:
        self.open(CloseForm(reviewed(self), self._here, reopen=self._closure))


def _closed_row(one: ClosedDay) -> Row:
    sign = SIGNS[_MARKS[one.kind]]
    word = Content.styled(f"{sign.glyph} {one.kind:<9}", sign.style)
    day = f"{one.day.day} {one.day:%b}"
    return row(f"closed/{one.day}/{one.kind}", day, f"{one.day:%a}", Content.assemble(word, one.name))


def _exempt_row(one: Exemption) -> Row:
    sign = SIGNS["exempt"]
    words = Content.assemble(f"for {one.input_date}, {one.identity_code}  ", (f"{sign.glyph} exempt  ", sign.style))
    return row(
        f"exempt/{one.folder}/{one.input_date}/{one.identity_code}", "", one.folder, Content.assemble(words, one.reason)
    )


def _weekend(day: date) -> bool:
    return day.weekday() >= _SATURDAY
