"""One line of the board: everybody who files there, those who have not first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.messages import Arrivals, DueState, Obligation
from ecp_tui import wording
from ecp_tui.obligation_wording import NOT_FILED, STATES, at, left, over, state_words
from ecp_tui.screens.all_obligations import all_of, save_obligations
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.company_obligations import CompanyObligationsScreen
from ecp_tui.screens.deadline_forms import ExemptForm, ExtendForm
from ecp_tui.screens.proposing import reviewed, why_not_propose
from ecp_tui.screens.receipt import ASKING
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.field import TextField
from ecp_tui.widgets.sparkline import Sparkline
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (
    Column("State", 24, grows=True),
    Column("Identity", 8),
    Column("Name", 20, 1, grows=True),
    Column("Company", 20, 2),
)
_WITH_FOLDER: Final = (_COLUMNS[0], Column("Folder", 7), *_COLUMNS[1:])
_QUIET: Final = "$muted not bold"
_SHOWN: Final[dict[str, tuple[str, tuple[DueState, ...]]]] = {
    "all": ("Everybody", ()),
    "open": ("Who has not filed", NOT_FILED),
    "late": ("Who was late", ("late",)),
    "received": ("Who filed in time", ("received",)),
    "exempt": ("Who need not file", ("exempt",)),
}
"""What can be looked at alone: its words, and its states."""
_HEADINGS: Final[dict[DueState, str]] = {
    "missing": "Missing",
    "due": "Not filed yet",
    "late": "Late",
    "received": "In time",
    "exempt": "Exempt",
}


class ObligationsScreen(EcpScreen):
    """The list follows the server quietly; `f` shows one state alone, `/` finds a firm."""

    CSS_PATH: ClassVar = "obligations.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("find", "filter", "change", "reject", "save", "copy")
    HINTS: ClassVar[tuple[str, ...]] = ("filter", "find", "change", "reject")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "board"

    def __init__(self, folder: str | None, input_date: date) -> None:
        """Of all folders where none is named."""
        super().__init__()
        self._folder, self._input_date = folder, input_date
        self._shown = "all"
        self._items: tuple[Obligation, ...] = ()
        self._arrivals: Arrivals | None = None
        self.where = f"Board › {folder}" if folder else f"Calendar › {input_date}"

    def body(self) -> Iterable[Widget]:
        yield Words(id="title", classes="title")
        yield Sparkline(id="arrivals")
        yield TextField(id="find", placeholder="part of a name, or an identity code", max_length=80)
        yield Table(_COLUMNS if self._folder else _WITH_FOLDER, id="obligations", empty=ASKING)

    def on_mount(self) -> None:
        self.query_one("#find").display = False
        self._table.focus()
        self._show_title()

    @property
    def _table(self) -> Table:
        return self.query_one("#obligations", Table)

    @property
    def _here(self) -> Obligation | None:
        key = self._table.here_key
        return next((one for one in self._items if _key(one) == key), None)

    async def load(self, background: bool) -> None:
        client = self.context.client
        self._items = await all_of(self, folder=self._folder, input_date=self._input_date, background=background)
        if self._folder is not None and self.context.staff:
            self._arrivals = await client.arrivals(self._folder, self._input_date, background=background)
        self._show()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        if (came := self._arrivals) is not None:
            self.query_one(Sparkline).show(came.bins, came.ahead, over(came))
        _, states = _SHOWN[self._shown]
        typed = self.query_one("#find", TextField).value.casefold().split()
        fitting = [one for one in self._items if (not states or one.state in states) and _has(one, typed)]
        self._table.empty = "Nobody is in that state." if self._items else "Nobody files there."
        self._table.show(list(self._rows(fitting)))
        self._show_title()
        self._say(len(fitting))

    def _rows(self, items: Iterable[Obligation]) -> Iterator[Row]:
        ordered = sorted(items, key=lambda one: (STATES.index(one.state), one.identity_code))
        for state, those in groupby(ordered, lambda one: one.state):
            found = list(those)
            if state != ordered[0].state:
                yield row(f"gap/{state}", "", heading=True)
            yield row(f"part/{state}", f"{_HEADINGS[state]}: {wording.count(len(found))}", heading=True)
            yield from map(self._row, found)

    def _row(self, one: Obligation) -> Row:
        sign = SIGNS[one.state]
        words = state_words(one, self.context.zone, self.context.now())
        state = Content.styled(f"{sign.glyph} {words}", sign.style)
        folder = () if self._folder else (one.folder,)
        return row(_key(one), state, *folder, one.identity_code, one.identity_name, one.company_name)

    def _show_title(self) -> None:
        name = f"{self._folder} {wording.day(self._input_date)}" if self._folder else wording.day(self._input_date)
        parts: list[str | tuple[str, str]] = [(name, "bold")]
        if self._items and self._folder:
            cut_off, now = max(one.cut_off for one in self._items), self.context.now()
            parts.append((f"   cut-off {at(cut_off, self.context.zone, now)}, {left(cut_off, now)}", _QUIET))
        if self._shown != "all":
            parts.append((f"   {_SHOWN[self._shown][0].lower()}", "bold $accent"))
        self.query_one("#title", Words).update(Content.assemble(*parts))

    def _say(self, number: int) -> None:
        zone = wording.zone_name(self.context.now(), self.context.zone)
        here = self._here
        name = f"{here.identity_code} {here.identity_name}, {here.company_name} · " if here is not None else ""
        self.say(f"{name}{wording.count(number)} of {wording.count(len(self._items))} · times {zone}")
        self.show_keys()

    def on_table_moved(self) -> None:
        self._say(sum(not row_.heading for row_ in self._table.rows))

    # ── finding and filtering ────────────────────────────────────────────────────────────────────────────────

    def action_find(self) -> None:
        find = self.query_one("#find", TextField)
        find.display = True
        find.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._show()

    def on_entered(self) -> None:
        self._table.focus()

    def action_filter(self) -> None:
        """The states one after the other, until it is everybody again."""
        kinds = list(_SHOWN)
        self._shown = kinds[(kinds.index(self._shown) + 1) % len(kinds)]
        self._show()

    def action_back(self) -> None:
        """Esc first leaves the filter, then the page."""
        find = self.query_one("#find", TextField)
        if find.display or self._shown != "all":
            find.value, find.display, self._shown = "", False, "all"
            self._table.focus()
            self._show()
        else:
            super().action_back()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def hints(self) -> tuple[str, ...]:
        """Who proposes nothing is offered nothing to propose."""
        return ("open", "filter", "find", "back") if why_not_propose(self) else self.HINTS

    def reason(self, key: str) -> str:
        if key in ("change", "reject"):
            return why_not_propose(self) or ("" if self._here is not None else "There is nobody here.")
        if key == "copy" and self._here is None:
            return "There is nobody here."
        return "There is nothing to save." if key == "save" and not self._items else super().reason(key)

    def hint_word(self, key: str) -> str:
        return {"filter": "states", "change": "extend", "reject": "exempt", "save": "export"}.get(key, "")

    def on_table_opened(self) -> None:
        if (one := self._here) is not None:
            self.open(CompanyObligationsScreen(one.company, one.company_name, at=_key(one)))

    def action_change(self) -> None:
        """For the one under the cursor; an emptied field means all."""
        if (one := self._here) is not None:
            form = ExtendForm(
                reviewed(self), one.folder, one.input_date, one.cut_off, identity_codes=(one.identity_code,)
            )
            self.open(form)

    def action_reject(self) -> None:
        if (one := self._here) is not None:
            self.open(ExemptForm(reviewed(self), one.folder, one.input_date, identity_codes=(one.identity_code,)))

    def action_copy(self) -> None:
        if (one := self._here) is not None:
            self.copy(one.identity_code)

    def action_save(self) -> None:
        save_obligations(self, f"{self._folder or 'obligations'}-{self._input_date}", self._items)


def _key(one: Obligation) -> str:
    return f"{one.folder}/{one.identity_code}"


def _has(one: Obligation, typed: list[str]) -> bool:
    text = f"{one.identity_code} {one.identity_name} {one.company} {one.company_name}".casefold()
    return all(word in text for word in typed)
