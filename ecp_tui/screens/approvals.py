"""Approvals: change requests, first those that wait for the one who looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import Refused
from backend.contract.messages import ChangeRequest, RequestPage
from ecp_tui import wording
from ecp_tui.request_wording import KIND_WORDS
from ecp_tui.screens.approval import ApprovalScreen
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.receipt import ASKING
from ecp_tui.screens.request_words import age, state_of
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (
    Column("No.", 4),
    Column("What", 15),
    Column("Subject", 12, grows=True),
    Column("Maker", 8, 2),
    Column("Age", 6, 1),
    Column("State", 11),
    Column("Company", 16, 3),
)
_PARTS: Final = (
    "Waits for you",
    "Returned to you",
    "Your drafts",
    "Waits for another checker",
    "Returned to its maker",
    "Decided",
)


class ApprovalsScreen(EcpScreen):
    """The list; it follows the server quietly."""

    CSS_PATH: ClassVar = "approvals.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("open", "refresh", "goto", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "maker"
    where = "Approvals"

    def __init__(self) -> None:
        super().__init__()
        self._page: RequestPage | None = None
        self._items: list[ChangeRequest] = []
        """Of that page, and of those that were asked for below it."""
        self._cursor: str | None = None

    def body(self) -> Iterable[Widget]:
        yield Words("Approvals", id="title", classes="title")
        yield Table(_COLUMNS, id="requests", empty=ASKING)

    def on_mount(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> Table:
        return self.query_one("#requests", Table)

    def arrive(self, wanted: Mapping[str, str]) -> None:
        """`request`: its number."""
        if "request" in wanted:
            self.open(ApprovalScreen(int(wanted["request"])))

    async def load(self, background: bool) -> None:
        first = self._page is None
        self._page = page = await self.context.client.requests(background=background)
        again = {item.id for item in page.items}
        below = [item for item in self._items if item.id not in again] if page.cursor else []
        self._items = [*page.items, *below]
        self._cursor = self._cursor if below else page.cursor
        self._show(page, first)

    async def _load_more(self) -> None:
        page = await self.context.client.requests(cursor=self._cursor)
        known = {item.id for item in self._items}
        self._items += [item for item in page.items if item.id not in known]
        self._cursor = page.cursor
        if self._page is not None:
            self._show(self._page)

    def on_table_reached_end(self) -> None:
        if self._cursor is not None:
            self.ask(self._load_more(), group="more")

    def _show(self, page: RequestPage, first: bool = False) -> None:
        rows = self._rows(self._items)
        self._table.empty = "No change requests yet. They are made in Users (6) and SFTP access (5)."
        self._table.show(rows)
        if first and rows:
            self._table.go_to(next(one.key for one in rows if not one.heading))
        waiting = wording.count(page.waiting, "request") + (" waits for you" if page.waiting == 1 else " wait for you")
        facts = waiting if page.waiting else "nothing waits for you"
        title = Content.assemble(("Approvals", "bold"), (f"   {facts}", "bold $warning" if page.waiting else "$muted"))
        self.query_one("#title", Words).update(title)
        self._say_place()

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        if self._page is None:
            self._table.empty = ""
            self.say("F5 asks again")

    def _rows(self, items: Iterable[ChangeRequest]) -> list[Row]:
        parts: dict[str, list[ChangeRequest]] = {part: [] for part in _PARTS}
        for item in items:
            parts[self._part(item)].append(item)
        rows: list[Row] = []
        for part, requests in parts.items():
            if requests:
                rows += [row(f"gap/{part}", "", heading=True)] if rows else []
                rows.append(row(f"part/{part}", part, heading=True))
                rows += [self._row(request) for request in requests]
        return rows

    def _part(self, request: ChangeRequest) -> str:
        if "approve" in request.acts:
            return "Waits for you"
        mine = self.context.me is not None and request.maker == self.context.me.login_id
        returned = "Returned to you" if mine else "Returned to its maker"
        parts = {"submitted": "Waits for another checker", "returned": returned, "draft": "Your drafts"}
        return parts.get(request.state, "Decided")

    def _row(self, request: ChangeRequest) -> Row:
        subject = request.subject
        if request.subject_name:
            subject = f"{subject}  {request.subject_name}"
        return row(
            str(request.id),
            str(request.id),
            KIND_WORDS[request.kind],
            subject,
            request.maker,
            age(request.made, self.context.now()),
            state_of(request),
            request.company_name,
        )

    def on_table_moved(self) -> None:
        self._say_place()

    def _say_place(self) -> None:
        if self._page is None:
            return
        count = wording.count(len(self._items), "request", more=self._cursor is not None)
        self.say(f"{count} · newest first in each part · who made it cannot check it")

    def on_table_opened(self, event: Table.Opened) -> None:
        found = next((one for one in self._items if str(one.id) == event.row.key), None)
        if found is not None:
            self.open(ApprovalScreen(found))
