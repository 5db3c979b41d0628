"""One firm: what it owed and filed for the last days, a strip of signs for each folder and identity code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Obligation
from ecp_tui import wording
from ecp_tui.obligation_wording import state_words
from ecp_tui.screens.all_obligations import all_of
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.receipt import ASKING, ReceiptScreen
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_DAYS: Final = 10
_CELL: Final = 3
_STRIPS: Final = (Column("Folder", 8), Column("Identity", 8), Column("", _DAYS * _CELL), Column("Of these", 20, 2))
_ONE_BY_ONE: Final = (Column("Input date", 16), Column("State", 30, grows=True))


class CompanyObligationsScreen(EcpScreen):
    """The strips above; below, day by day in words, the one under the cursor. Enter opens the file of a day."""

    CSS_PATH: ClassVar = "company_obligations.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("open", "refresh", "goto", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "states"

    def __init__(self, company: str, name: str, *, at: str = "") -> None:
        """`at`: the folder and identity code whose strip has the cursor first, as FOLDER/CODE."""
        super().__init__()
        self._at = at
        self._company, self._firm = company, name
        self._items: tuple[Obligation, ...] = ()
        self.where = f"Board › {company}"

    def body(self) -> Iterable[Widget]:
        yield Words(Content.styled(self._firm, "bold"), id="title", classes="title")
        yield Table(_STRIPS, id="strips", empty=ASKING)
        yield Words(id="line", classes="title")
        yield Table(_ONE_BY_ONE, id="days", titles=False, empty="")

    def on_mount(self) -> None:
        self._strips.focus()

    @property
    def _strips(self) -> Table:
        return self.query_one("#strips", Table)

    async def load(self, background: bool) -> None:
        self._items = await all_of(self, company=self._company, days=_DAYS, background=background)
        self._show()
        if self._at:
            self._strips.go_to(self._at)
            self._at = ""

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        strips = self._strips
        days = sorted({one.input_date for items in self._mine.values() if not _monthly(items) for one in items})[
            -_DAYS:
        ]
        numbers = "".join(f"{day.day:>{_CELL - 1}} " for day in days)
        strips.columns = (*_STRIPS[:2], replace(_STRIPS[2], title=numbers), *_STRIPS[3:])
        strips.empty = f"Nothing was to be filed in the last {_DAYS} trading days."
        strips.show([_row(key, items, days) for key, items in self._mine.items()])
        facts = f"   {self._company} · last {_DAYS} trading days"
        self.query_one("#title", Words).update(Content.assemble((self._firm, "bold"), (facts, "$muted not bold")))
        self._show_days(self._mine.get(strips.here_key, []))

    @property
    def _mine(self) -> dict[str, list[Obligation]]:
        """By folder and identity code, the oldest first."""
        found: dict[str, list[Obligation]] = {}
        for one in sorted(self._items, key=lambda one: (one.folder, one.identity_code, one.input_date)):
            found.setdefault(f"{one.folder}/{one.identity_code}", []).append(one)
        return found

    def _show_days(self, items: Sequence[Obligation]) -> None:
        name = f"{items[0].folder} for {items[0].identity_code} {items[0].identity_name}" if items else ""
        self.query_one("#line", Words).update(Content.styled(name, "bold"))
        self.query_one("#days", Table).show([self._day(one) for one in reversed(items)])
        legend = " · ".join(
            f"{SIGNS[state].glyph} {state}" for state in ("received", "late", "missing", "exempt", "due")
        )
        self.say(legend)

    def _day(self, one: Obligation) -> Row:
        sign, words = SIGNS[one.state], state_words(one, self.context.zone, self.context.now())
        return row(
            one.input_date.isoformat(), wording.day(one.input_date), Content.styled(f"{sign.glyph} {words}", sign.style)
        )

    def on_table_moved(self, event: Table.Moved) -> None:
        if event.table is self._strips:
            self._show()

    def on_table_opened(self, event: Table.Opened) -> None:
        """On a strip, to its days; on a day, the file that was filed for it."""
        if event.table is self._strips:
            self.query_one("#days", Table).focus()
            return
        found = self._mine.get(self._strips.here_key, [])
        one = next((one for one in found if one.input_date.isoformat() == event.row.key), None)
        if one is None or one.log_index is None:
            self.notify("Nothing was filed for that day.", markup=False)
        else:
            self.open(ReceiptScreen(log_index=one.log_index))


def _row(key: str, items: Sequence[Obligation], days: Sequence[date]) -> Row:
    monthly = _monthly(items)
    numbers = ((state, sum(one.state == state for one in items)) for state in ("missing", "late"))
    words = ", ".join(f"{number} {state}" for state, number in numbers if number) or "none missing or late"
    own = [one.input_date for one in items[-_DAYS:]] if monthly else days
    signs = strip(items, own)
    return row(key, items[0].folder, items[0].identity_code, signs, f"{words}, by month" if monthly else words)


def _monthly(items: Sequence[Obligation]) -> bool:
    """Whether a folder's input dates are months: they lie weeks apart, and stand under no day of the others."""
    return (items[-1].input_date - items[0].input_date).days > len(items) * 7


def strip(items: Iterable[Obligation], days: Sequence[date]) -> Content:
    """A sign a day, the oldest first; nothing was owed for a day without one."""
    by_day = {one.input_date: SIGNS[one.state] for one in items}
    signs = [by_day.get(day) for day in days]
    return Content("").join(
        Content.assemble(" ", (sign.glyph, sign.style), " ") if sign else Content(" " * _CELL) for sign in signs
    )
