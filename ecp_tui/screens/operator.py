"""Operator: everything the exchange's own staff does, with what each part has to say today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Board, InboxFilter, InboxPage
from ecp_tui import wording
from ecp_tui.migration_wording import summary
from ecp_tui.places import BY_ID
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.receipt import ASKING
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_PARTS: Final = (
    ("Today", ("inbox", "board", "publish", "approvals")),
    ("Firms", ("companies", "forms", "staff")),
    ("Platform", ("calendar", "catalogue", "migration", "audit")),
)
_STAFF: Final = ("Staff accounts", "Operators and auditors: appointed and removed by a pair of operators")


class OperatorScreen(EcpScreen):
    """One list of places, each with a figure in words; nothing is decided here."""

    CSS_PATH: ClassVar = "operator.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("open", "refresh", "goto", "leave")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "operator"
    where = "Operator"

    def __init__(self) -> None:
        super().__init__()
        self._figures: dict[str, Content] = {}

    def body(self) -> Iterable[Widget]:
        yield Words("Operator", classes="title")
        yield Table((Column("", 18), Column("", 40, grows=True)), id="work", titles=False, empty=ASKING)
        yield Words(id="whole")

    def on_mount(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> Table:
        return self.query_one("#work", Table)

    async def load(self, background: bool) -> None:
        client = self.context.client
        self.context.me = me = await client.me(background=background)
        companies = await client.companies(background=background)
        forms = await client.requests(state="open", kind="apply-form", background=background)
        waiting = await client.inbox(InboxFilter(), limit=1, background=background)
        board = await client.board(background=background)
        moves = await client.migration(background=background)
        full = sum(one.used >= one.quota for one in companies)
        self._figures = {
            "inbox": _inbox(waiting),
            "board": self._board(board),
            "approvals": _weighs(f"{wording.count(me.waiting, 'request')} for you") if me.waiting else _none(),
            "companies": _said(_companies(len(companies)), f"{full} at the quota" if full else ""),
            "migration": Content(summary(moves)),
            "forms": _weighs(f"{wording.count(len(forms.items), 'form')} to decide") if forms.items else _none(),
        }
        self._show()

    def _board(self, board: Board) -> Content:
        """What somebody must do something about; else the next cut-off."""
        missing = sum(line.missing for line in board.lines)
        ahead = [line for line in board.lines if line.due and line.cut_off >= board.now]
        said = []
        if ahead:
            first = min(ahead, key=lambda line: line.cut_off)
            left = wording.duration((first.cut_off - board.now).total_seconds())
            said = [f"{first.folder} closes in {left}: {wording.count(first.due)} due"]
        if missing:
            late = Content.styled(f"{wording.count(missing)} missing", "$error")
            return Content.assemble(late, "".join(f" · {one}" for one in said))
        return Content(said[0]) if said else _none()

    def _show(self) -> None:
        rows: list[Row] = []
        for part, places in _PARTS:
            rows += [row(f"gap/{part}", "", heading=True)] if rows else []
            rows.append(row(f"part/{part}", part, heading=True))
            rows += [row(place, f"  {_name(place)[0]}", self._figures.get(place) or _about(place)) for place in places]
        self._table.show(rows)
        self.on_table_moved()

    def on_table_moved(self) -> None:
        here = self._table.here_key
        self.query_one("#whole", Words).update(Content(f"{_name(here)[1]}." if here else ""))

    def on_table_opened(self, event: Table.Opened) -> None:
        if event.row.key == "staff":
            self.go("users", company="")
        else:
            self.go(event.row.key)


def _name(place: str) -> tuple[str, str]:
    """What it is called, and what it is for."""
    return _STAFF if place == "staff" else (BY_ID[place].name, BY_ID[place].tooltip)


def _inbox(page: InboxPage) -> Content:
    waiting, again = (sum(getattr(one, name) for one in page.folders) for name in ("waiting", "again"))
    if not waiting:
        return _none()
    said = f"{wording.count(waiting)} to collect"
    return _weighs(f"{said} · {wording.count(again)} once more" if again else said)


def _about(place: str) -> Content:
    """What it is for, where there is no figure to tell."""
    return Content.styled(_name(place)[1], "$muted")


def _said(*words: str) -> Content:
    return Content(" · ".join(one for one in words if one))


def _weighs(words: str) -> Content:
    return Content.styled(words, "$warning")


def _none() -> Content:
    return Content.styled("nothing waits", "$muted")


def _companies(number: int) -> str:
    return "1 company" if number == 1 else f"{wording.count(number)} companies"
