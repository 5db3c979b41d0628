"""Home of the operator's staff: what waits for them, what changed lately and, for auditors, what was filed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Activity, ChangeRequest, InboxFilter, InboxItem, InboxPage, LogLoss
from ecp_tui import wording
from ecp_tui.screens.approval import ApprovalScreen
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.home import greeting
from ecp_tui.screens.inbox_words import item_sign
from ecp_tui.screens.loss_form import LossForm, loss_words
from ecp_tui.screens.proposing import reviewed, why_not_propose
from ecp_tui.screens.receipt import ASKING
from ecp_tui.screens.request_words import age, state_of
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (
    Column("", 5, right=True),
    Column("", 29, grows=True),
    Column("", 16, 2),
    Column("", 8, 3),
    Column("", 6, 1, right=True),
    Column("", 13),
)
_MOST: Final = 6
"""Rows of a part; the places have the rest."""


class StaffHomeScreen(EcpScreen):
    """Change requests that wait, and those decided lately; auditors see beside them what came in."""

    CSS_PATH: ClassVar = "home.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("open", "refresh", "goto", "leave")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "operator"
    where = "Home"
    _loss: LogLoss | None = None

    def body(self) -> Iterable[Widget]:
        yield Words("", id="greeting", classes="title")
        yield Words("", id="holds", classes="facts")
        yield Table(_COLUMNS, id="needs", titles=False, empty=ASKING)

    async def load(self, background: bool) -> None:
        client = self.context.client
        self.context.me = me = await client.me(background=background)
        page = await client.requests(background=background)
        self._loss = (await client.continuity(background=background)).loss
        again = await client.inbox(InboxFilter(state="again"), limit=_MOST, background=background)
        filed: tuple[Activity, ...] = ()
        if me.kind == "auditor":
            filed = (await client.activity(limit=_MOST, background=background)).items
        self.query_one("#greeting", Words).update(greeting(me, self.context))
        self.query_one("#holds", Words).update(Content("auditor" if me.kind == "auditor" else "operator"))
        self._show(page.items, again, filed, looks=me.kind == "auditor")
        zone = wording.zone_name(self.context.now(), self.context.zone)
        self.say(f"{wording.count(page.waiting, 'request')} for you · newest first · all times {zone}")

    def _show(
        self, requests: Iterable[ChangeRequest], again: InboxPage, filed: Iterable[Activity], *, looks: bool
    ) -> None:
        mine = [one for one in requests if "approve" in one.acts]
        open_ = [one for one in requests if one.state in ("submitted", "returned") and one not in mine]
        others = [one for one in open_ if looks or one.side == "operator"]
        decided = [one for one in requests if one.decided is not None]
        decided.sort(key=lambda one: one.decided or one.made, reverse=True)
        rows = _part("Entries of the log are missing", self._missing())
        rows += [] if looks else _part("Waits for you", [self._request(one) for one in mine], "Nothing waits for you.")
        rows += _part("To collect once more", map(self._again, again.items))
        rows += _part("Waits for a checker" if looks else "Waits for another operator", map(self._request, others))
        rows += _part("Changed lately", map(self._request, decided), "Nothing has changed yet.")
        if looks:
            rows += _part("Filed lately", map(self._activity, filed), "Nothing was filed yet.")
        self.query_one("#needs", Table).show(rows)

    def _missing(self) -> Iterator[Row]:
        """9101: nothing else goes on until it is decided."""
        if self._loss is not None:
            yield row("loss", "", loss_words(self._loss), "", "", "", Content.styled("✕ 9101", "$error"))

    def _request(self, one: ChangeRequest) -> Row:
        when = age(one.decided or one.made, self.context.now())
        return row(
            f"req/{one.id}", str(one.id), one.title, one.company_name or "operator", one.maker, when, state_of(one)
        )

    def _again(self, item: InboxItem) -> Row:
        one, sign = item.activity, item_sign(item)
        state = Content.styled(f"{sign.glyph} {sign.word}", sign.style)
        cells = (one.file_name or "", one.company or "", one.login_id or "", age(one.at, self.context.now()), state)
        return row(f"inbox/{one.log_index}", "", *cells)

    def _activity(self, one: Activity) -> Row:
        sign = SIGNS.get(one.state, SIGNS["attention"])
        state = Content.styled(f"{sign.glyph} {wording.state_word(one)}", sign.style)
        name = one.file_name or one.folder_title or one.act
        when = age(one.at, self.context.now())
        return row(f"log/{one.log_index}", "", name, one.company_name or "", one.login_id or "", when, state)

    def on_table_opened(self, event: Table.Opened) -> None:
        kind, _, which = event.row.key.partition("/")
        if kind == "loss":
            self._decide_loss()
        elif kind == "req":
            self.open(ApprovalScreen(int(which)))
        elif kind == "inbox":
            self.go("inbox", log_index=which)
        else:
            self.go("activity", log_index=which)

    def _decide_loss(self) -> None:
        if (why := why_not_propose(self)) or self._loss is None:
            self.say(why)
        else:
            self.open(LossForm(reviewed(self), self._loss))


def _part(title: str, rows: Iterable[Row], none: str = "") -> list[Row]:
    """A heading with its rows; without any, the words for that."""
    found = list(rows)
    if not found:
        return [row(f"none/{title}", none, heading=True), row(f"gap/{title}", "", heading=True)] if none else []
    return [row(f"part/{title}", title, heading=True), *found[:_MOST], row(f"gap/{title}", "", heading=True)]
