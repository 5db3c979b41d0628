"""Proposals about trading days: a closure, taking one back, and all holidays of a year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import CloseMarket, Holiday, SetHolidays, TradingYear
from ecp_tui import wording
from ecp_tui.holidays import holidays_in
from ecp_tui.screens.ask import AskDialog
from ecp_tui.screens.platform_form import PlatformForm, WrongField
from ecp_tui.screens.proposal_form import Kept, ProposalForm, Reviewing
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.field import DateField, Field
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (Column("Day", 10), Column("", 3, 1), Column("Holiday", 12, grows=True), Column("", 9))
_LIST: Final = 7000
"""Characters of a whole year's list."""


class CloseForm(PlatformForm):
    """A day that does not trade after all; or, to `reopen`, that does."""

    HELP_TOPIC: ClassVar[str] = "calendar"
    WRONG: ClassVar[dict[str, str]] = {"day": "YYYY-MM-DD"}

    def __init__(
        self,
        reviewing: Reviewing,
        day: date,
        *,
        reopen: bool = False,
        asked: CloseMarket | None = None,
        kept: Kept | None = None,
    ) -> None:
        super().__init__(reviewing, kept)
        self._day, self._asked = asked.day if asked else day, asked
        self._reopen = asked.reopen if asked else reopen
        self.where = f"Calendar › {'reopen' if self._reopen else 'close'}"
        self.headline = "Take a closure back" if self._reopen else "Close the market for a day"

    def so_now(self) -> str:
        if self._reopen:
            return "The day trades after all: what is due for it is due again."
        return "Nothing is due for a closed day; cut-offs move to the next trading day."

    def begins(self) -> dict[str, str]:
        reason, note = (self._asked.reason, self._asked.note) if self._asked else ("", "")
        return {"day": self._day.isoformat(), "reason": reason, "note": note}

    def fields(self) -> Iterable[Field]:
        yield Field("Day", DateField(id="day", placeholder="YYYY-MM-DD", max_length=10))

    def noted(self, control: Widget) -> Content:
        day = control.day if isinstance(control, DateField) else None
        return Content(f"{day:%A}" if day else "")

    def made(self, values: dict[str, str]) -> CloseMarket:
        if self.query_one("#day", DateField).day is None:
            raise WrongField("day", self.WRONG["day"])
        return CloseMarket.model_validate({**values, "reopen": self._reopen})


class HolidaysForm(ProposalForm):
    """The list of a year as it shall be: rows are added and taken away, all of it is proposed at once."""

    CSS_PATH: ClassVar = "calendar_forms.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check", "submit", "change", "reject")
    HINTS: ClassVar[tuple[str, ...]] = ("check", "submit", "change", "reject")
    HELP_TOPIC: ClassVar[str] = "calendar"

    def __init__(
        self,
        reviewing: Reviewing,
        year: int,
        holidays: Sequence[Holiday],
        *,
        asked: SetHolidays | None = None,
        kept: Kept | None = None,
    ) -> None:
        """`holidays`: as they are now; `asked`: what was proposed before."""
        super().__init__(reviewing, kept or Kept())
        self._year, self._note = year, asked.note if asked else ""
        self._now = {one.day: one.name for one in holidays}
        self._wanted = {one.day: one.name for one in asked.holidays} if asked else dict(self._now)
        self._begun = dict(self._wanted)
        self.where = f"Calendar › holidays {year}"

    def body(self) -> Iterable[Widget]:
        yield Words(f"Holidays of {self._year}", id="title", classes="title")
        empty = "No holiday yet. n adds one, or a whole list: 2027-01-01 The first day of January, 2027-…"
        yield Table(_COLUMNS, id="holidays", empty=empty)

    def on_mount(self) -> None:
        self.query_one(Table).focus()
        self._show()

    @property
    def edited(self) -> bool:
        return self._wanted != self._begun

    def proposal(self) -> SetHolidays | None:
        holidays = tuple(Holiday(day=day, name=name) for day, name in sorted(self._wanted.items()))
        return SetHolidays(year=self._year, holidays=holidays, note=self._note)

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        days = sorted({*self._now, *self._wanted})
        self.query_one(Table).show([self._row(day) for day in days])
        changed = sum(self._now.get(day) != self._wanted.get(day) for day in days)
        facts = f"   {wording.count(len(self._wanted), 'day')} · {wording.count(changed, 'change')}"
        title = Content.assemble((f"Holidays of {self._year}", "bold"), (facts, "$muted not bold"))
        self.query_one("#title", Words).update(title)
        self.say("nothing is asked for before the review · a list can be pasted whole with n")
        self.show_keys()

    def _row(self, day: date) -> Row:
        before, after = self._now.get(day), self._wanted.get(day)
        sign = SIGNS["added"] if before is None else SIGNS["removed"] if after is None else None
        words = Content.styled(f"{sign.glyph} {sign.word}", sign.style) if sign else Content("")
        if before is not None and after is not None and before != after:
            words = Content.styled("! renamed", "$warning")
        return row(day.isoformat(), day.isoformat(), f"{day:%a}", after or before or "", words, dim=after is None)

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _here(self) -> date | None:
        key = self.query_one(Table).here_key
        return date.fromisoformat(key) if key else None

    def hint_word(self, key: str) -> str:
        gone = self._here is not None and self._here not in self._wanted
        words = {"submit": "add", "change": "rename", "reject": "put back" if gone else "remove"}
        return words.get(key) or super().hint_word(key)

    def reason(self, key: str) -> str:
        if key in ("change", "reject") and self._here is None:
            return "There is no day here."
        if key == "check" and self._wanted == self._now:
            return "Nothing is changed yet: n adds a day, x removes one."
        return super().reason(key)

    def on_table_moved(self) -> None:
        self.show_keys()

    def on_table_opened(self) -> None:
        self.action_change()

    def action_submit(self) -> None:
        words = "One, or a whole list: each date, then its name."
        self.ask(self._add("Add holidays", words, "", "2027-01-01 The first day of January"), group="add")

    def action_change(self) -> None:
        if (day := self._here) is not None:
            name = self._wanted.get(day) or self._now[day]
            self.ask(self._add("Rename a holiday", f"Now: {name}.", day.isoformat(), "its name"), group="add")

    async def _add(self, title: str, words: str, day: str, example: str) -> None:
        label = f"{day}: its name" if day else "Dates and names"
        dialog = AskDialog(title, words, yes="Take it", label=label, placeholder=example, max_length=_LIST)
        if (typed := await self.app.push_screen_wait(dialog)) is None:
            return
        found, wrong = holidays_in(f"{day} {typed}", self._year)
        self._wanted |= {one.day: one.name for one in found}
        self._show()
        if found:
            self.query_one(Table).go_to(found[-1].day.isoformat())
        if wrong:
            self.notify(wrong, markup=False)

    def action_reject(self) -> None:
        day = self._here
        if day is None:
            return
        if day in self._wanted:
            del self._wanted[day]
        else:
            self._wanted[day] = self._now[day]
        self._show()


def holidays_of(year: TradingYear) -> list[Holiday]:
    """Those that are listed."""
    return [Holiday(day=one.day, name=one.name) for one in year.closed if one.kind == "holiday"]
