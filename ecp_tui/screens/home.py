"""Home: what needs me today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Activity, Due, Home, Me, Publication
from ecp_tui import wording
from ecp_tui.obligation_wording import state_words
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.context import Context
from ecp_tui.screens.publications import PublicationsScreen
from ecp_tui.screens.request_words import expiring_words, waiting_words
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_NOON, _EVENING = 12, 18
_COUNTDOWN_CELLS: Final = 44
_EXTENDED_CELLS: Final = 104
"""In fewer the cut-off stands alone: a countdown cut in its middle says nothing."""


class HomeScreen(EcpScreen):
    """Folders due today with their countdown, and files that were refused."""

    CSS_PATH: ClassVar = "home.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("submit",)
    HINTS: ClassVar[tuple[str, ...]] = ("open", "submit", "goto", "leave")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "submit"
    where = "Home"

    def __init__(self) -> None:
        super().__init__()
        self._home: Home | None = None

    def body(self) -> Iterable[Widget]:
        yield Words("", id="greeting", classes="title")
        yield Words("", id="holds", classes="facts")
        columns = (
            Column("", 7),
            Column("", 26, 3, grows=True),
            Column("", 5),
            Column("", 6, 2),
            Column("", 24, grows=True),
        )
        yield Table(columns, id="needs", titles=False)

    async def load(self, background: bool) -> None:
        if self.context.me is None:
            return
        if not background:
            self.context.me = await self.context.client.me()
        self._home = await self.context.client.home(background=background)
        self._greet(self.context.me)
        self._show(self._home)

    def _greet(self, me: Me) -> None:
        self.query_one("#greeting", Words).update(greeting(me, self.context))
        holds = [", ".join(one.function for one in me.functions), ", ".join(one.identity_code for one in me.identities)]
        if me.users is not None:
            holds.append(f"{me.users} of {me.quota} users")
        self.query_one("#holds", Words).update(Content(" · ".join(words for words in holds if words)))

    def _show(self, home: Home) -> None:
        rows = (
            [row("due", "Due today", heading=True)]
            if home.due
            else [row("none", "Nothing is due today.", heading=True)]
        )
        if self.context.me is not None and (asks := _asks(self.context.me)):
            rows = [row("asks", "Waits for you", heading=True), *asks, row("gap/asks", "", heading=True), *rows]
        before = ""
        for due in home.due:
            rows.append(self._due(due, repeated=due.folder == before))
            before = due.folder
        if home.returned or home.refused or home.unexplained:
            rows += [row("gap", "", heading=True), row("attention", "Needs attention", heading=True)]
            rows += [_returned(one) for one in home.returned]
            rows += [_unexplained(one) for one in home.unexplained]
            rows += [self._refused(one) for one in home.refused]
        if home.downloads:
            rows += [row("gap/new", "", heading=True), row("new", "New to download", heading=True)]
            rows += [self._new(one) for one in home.downloads]
        self.query_one("#needs", Table).show(rows)
        zone = wording.zone_name(self.context.now(), self.context.zone)
        self.say(f"{wording.count(len(home.due), 'obligation')} today · all times {zone}")

    def _due(self, due: Due, *, repeated: bool) -> Row:
        sign, now = SIGNS[due.state], self.context.now()
        words = state_words(due, self.context.zone, now)
        if due.state == "due" and self.size.width >= (_EXTENDED_CELLS if due.extended else _COUNTDOWN_CELLS):
            words += f", {wording.duration((due.cut_off - now).total_seconds())}"
        state = Content.styled(f"{sign.glyph} {words}", sign.style)
        name = ("", "") if repeated else (due.folder, due.title)
        key = f"due/{due.folder}/{due.identity_code}/{due.input_date}"
        return row(key, f"  {name[0]}" if name[0] else "", name[1], due.identity_code, f"{due.input_date:%d %b}", state)

    def _refused(self, one: Activity) -> Row:
        name = f"{one.file_name or one.folder}  {one.fault} {one.fault_title}"
        return row(f"refused/{one.log_index}", Content.styled("  ✕ ", "$error"), name, wide=True)

    def _new(self, one: Publication) -> Row:
        name = f"{one.file_name}   {one.folder}, {wording.when(one.at, self.context.zone)}"
        return row(f"new/{one.log_index}", Content.styled("  ↓ ", "$primary"), name, wide=True)

    def on_table_opened(self, event: Table.Opened) -> None:
        kind, *what = event.row.key.split("/")
        if kind in ("approvals", "sftp_access"):
            self.go(kind)
        elif kind == "due":
            self.go("submit", folder=what[0], identity_code=what[1], input_date=what[2])
        elif kind in ("refused", "returned", "unexplained"):
            self.go("activity", log_index=what[0])
        elif kind == "new":
            self._open_new(int(what[0]))

    def _open_new(self, log_index: int) -> None:
        news = self._home.downloads if self._home is not None else ()
        one = next((one for one in news if one.log_index == log_index), None)
        if one is not None:
            self.open(PublicationsScreen(one.folder, one.folder_title, at=one.log_index))

    def action_submit(self) -> None:
        self.go("submit")


def _unexplained(one: Activity) -> Row:
    name = f"{one.file_name}  {wording.count(len(one.findings), 'finding')} to explain"
    return row(f"unexplained/{one.log_index}", Content.styled("  ! ", "$warning"), name, wide=True)


def _returned(one: Activity) -> Row:
    """What the exchange gave back or took out, and why."""
    sign = SIGNS[one.state]
    name = f"{one.file_name}  {sign.word}: {one.reason or ''}"
    return row(f"returned/{one.log_index}", Content.styled("  ! ", "$warning"), name, wide=True)


def greeting(me: Me, context: Context) -> Content:
    """Good morning, and when one was here last."""
    hour = context.now().hour
    part = "morning" if hour < _NOON else "afternoon" if hour < _EVENING else "evening"
    last = ""
    if me.last_sign_in is not None:
        last = f"   last sign-in {wording.when(me.last_sign_in, context.zone).strip()}"
        last += f" from {me.last_source}" if me.last_source else ""
    return Content.assemble((f"Good {part}, {me.name}", "bold"), (last, "$muted not bold"))


def _asks(me: Me) -> list[Row]:
    """What Client Connect has for the one who is signed in."""
    rows: list[Row] = []
    if me.waiting:
        rows.append(row("approvals", "  ", waiting_words(me.waiting), wide=True))
    if me.keys_expiring:
        rows.append(row("sftp_access", "  ", expiring_words(me.keys_expiring), wide=True))
    return rows
