"""Inbox: what was submitted and waits to be collected, folder by folder; what is picked up, replayed, taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import Refused
from backend.contract.messages import InboxFilter, InboxFolder, InboxItem, InboxPage, PickUp
from ecp_tui import wording
from ecp_tui.screens.ask import AskDialog
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.inbox_filter import InboxFilterScreen, filter_words
from ecp_tui.screens.inbox_words import ACTS, COUNTED, about, item_sign, title
from ecp_tui.screens.publications import fetch
from ecp_tui.screens.receipt import ASKING, ReceiptScreen
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_PAGE: Final = 100
_MOST: Final = 500
_COLUMNS: Final = (
    Column("File", 24, grows=True),
    Column("Identity", 8, 3),
    Column("Input date", 10, 2),
    Column("Size", 9, 4, right=True),
    Column("Received", 12, 1),
    Column("State", 13),
    Column("Company", 8, 5),
    Column("SHA-256", 8, 6),
)
_WAITING: Final = InboxFilter()


class InboxScreen(EcpScreen):
    """It holds what was fetched, asks for the next page at its end, and follows the server quietly."""

    CSS_PATH: ClassVar = "inbox.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("get", "return", "replay", "reject", "filter", "copy", "copy_row")
    HINTS: ClassVar[tuple[str, ...]] = ("get", "return", "reject", "filter")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "inbox"
    where = "Operator › Inbox"

    def __init__(self) -> None:
        super().__init__()
        self._wanted = _WAITING
        self._items: list[InboxItem] = []
        self._cursor: str | None = None
        self._folders: tuple[InboxFolder, ...] = ()
        self._at = ""

    def body(self) -> Iterable[Widget]:
        yield Words("Inbox", id="title", classes="title")
        yield Table(_COLUMNS, id="inbox", empty=ASKING)
        yield Words(id="whole")

    def on_mount(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> Table:
        return self.query_one("#inbox", Table)

    @property
    def _here(self) -> InboxItem | None:
        key = self._table.here_key
        return next((one for one in self._items if str(one.activity.log_index) == key), None)

    @property
    def _looks(self) -> bool:
        return self.context.me is not None and self.context.me.kind == "auditor"

    def arrive(self, wanted: Mapping[str, str]) -> None:
        """From Home: what waits once more, at this file."""
        if "log_index" in wanted:
            self._at = wanted["log_index"]
            self._filtered(InboxFilter(state="again"))

    # ── pages from the server ────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        """The first page again, as long as what is shown allows; what lies below it stays."""
        limit = min(_MOST, max(_PAGE, len(self._items)))
        page = await self.context.client.inbox(self._wanted, limit=limit, background=background)
        below = list(self._below(page)) if page.cursor else []
        self._items = [*page.items, *below]
        self._cursor = self._cursor if below else page.cursor
        self._folders = page.folders
        self._show()

    def _below(self, page: InboxPage) -> Iterator[InboxItem]:
        """What was fetched beyond that page before."""
        last, known = page.items[-1].activity.log_index, {one.activity.log_index for one in page.items}
        places = [place for place, one in enumerate(self._items) if one.activity.log_index == last]
        for one in self._items[places[0] + 1 :] if places else ():
            if one.activity.log_index not in known:
                yield one

    async def _load_more(self) -> None:
        page = await self.context.client.inbox(self._wanted, cursor=self._cursor, limit=_PAGE)
        known = {one.activity.log_index for one in self._items}
        self._items += [one for one in page.items if one.activity.log_index not in known]
        self._cursor, self._folders = page.cursor, page.folders
        self._show()

    def on_table_reached_end(self) -> None:
        if self._cursor is not None:
            self.ask(self._load_more(), group="more")

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        self._say_place()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        self.query_one("#title", Words).update(title(self._folders, filter_words(self._wanted)))
        self._table.empty = "Nothing fits the filter. Esc clears it." if self._wanted != _WAITING else "Nothing waits."
        self._table.show(list(self._rows()))
        if self._at and self._items:
            self._table.go_to(self._at)
            self._at = ""
        self.on_table_moved()

    def _rows(self) -> Iterator[Row]:
        titles = {one.folder: one for one in self._folders}
        before: str | None = None
        for item in self._items:
            folder = item.activity.folder or ""
            if folder != before:
                yield from [row(f"gap/{folder}", "", heading=True)] if before is not None else []
                yield row(f"folder/{folder}", _heading(folder, titles.get(folder)), heading=True)
                before = folder
            yield self._row(item)

    def _row(self, item: InboxItem) -> Row:
        one, sign = item.activity, item_sign(item)
        return row(
            str(one.log_index),
            one.file_name or "–",
            one.identity_code or "–",
            one.input_date.isoformat() if one.input_date else "–",
            wording.size(one.size or 0),
            Content.styled(wording.when(one.at, self.context.zone), "$muted"),
            Content.styled(f"{sign.glyph} {sign.word}", sign.style),
            one.company or "–",
            Content.styled(wording.hash_short(one.sha256), "$muted"),
        )

    def on_table_moved(self) -> None:
        here = self._here
        self.query_one("#whole", Words).update(about(here, self.context.zone) if here is not None else Content(""))
        self._say_place()
        self.show_keys()

    def _say_place(self) -> None:
        if not self._items:
            self.say("nothing here")
            return
        total = wording.count(len(self._items), more=self._cursor is not None)
        place = next((at for at, one in enumerate(self._items) if one is self._here), 0) + 1
        zone = wording.zone_name(self.context.now(), self.context.zone)
        self.say(f"{wording.count(place)} of {total} · newest first · times {zone}")

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def hints(self) -> tuple[str, ...]:
        """Auditors look: they are offered no act. Only what was collected can be replayed."""
        if self._looks:
            return ("open", "filter", "copy", "back")
        collected = self._here is not None and self._here.collected_at is not None
        return (*self.HINTS[:3], "replay") if collected else self.HINTS

    def hint_word(self, key: str) -> str:
        return {"get": "pick up", "reject": "withdraw", "copy": "copy SHA-256", "open": "details"}.get(key, "")

    def reason(self, key: str) -> str:
        here = self._here
        if key in {*ACTS, "get", "copy", "copy_row"} and here is None:
            return "There is no file here."
        if key in {*ACTS, "get"} and self._looks:
            return "Operators do this; auditors see that it was done."
        if key == "replay" and here is not None and here.collected_at is None:
            return "Nobody has collected it: it waits already."
        return super().reason(key)

    def on_table_opened(self) -> None:
        if (here := self._here) is not None:
            self.open(ReceiptScreen(log_index=here.activity.log_index))

    def action_get(self) -> None:
        self._begin("get")

    def action_return(self) -> None:
        self._begin("return")

    def action_reject(self) -> None:
        self._begin("reject")

    def action_replay(self) -> None:
        self._begin("replay")

    def _begin(self, key: str) -> None:
        if (here := self._here) is not None:
            self.ask(self._pick_up(here) if key == "get" else self._handle(here, key), group="act")

    async def _pick_up(self, item: InboxItem) -> None:
        words = Content.assemble((item.activity.file_name or "", "bold"), f"\n{_PICK_UP}")
        reason: str | None = await self.app.push_screen_wait(
            AskDialog("Pick up this file?", words, yes="Pick up", label="Reason")
        )
        if reason is not None:
            facts = item.activity.model_dump(include=set(PickUp.model_fields) - {"reason"})
            fetch(self, PickUp(**facts, reason=reason))

    async def _handle(self, item: InboxItem, key: str) -> None:
        act = ACTS[key]
        words = Content.assemble((item.activity.file_name or "", "bold"), f"\n{act.follows}")
        reason: str | None = await self.app.push_screen_wait(
            AskDialog(act.question, words, yes=act.yes, label="Reason")
        )
        if reason is None:
            return
        done = await self.context.client.handle(item.activity.log_index, act.act, reason)
        number = wording.count(done.activity.log_index)
        self.notify(f"{act.done} {item.activity.file_name}\nCounter-receipt: log index {number}", markup=False)
        self.reload(background=True)

    def action_filter(self) -> None:
        self.open(InboxFilterScreen(self._wanted, self._folders, self._filtered))

    def _filtered(self, wanted: InboxFilter) -> None:
        if wanted != self._wanted:
            self._wanted, self._items, self._cursor = wanted, [], None
            self.reload()

    def action_back(self) -> None:
        """Esc first leaves the filter, then the page."""
        if self._wanted != _WAITING:
            self._filtered(_WAITING)
        else:
            super().action_back()

    def action_copy(self) -> None:
        if (here := self._here) is not None:
            self.copy(here.activity.sha256 or "")

    def action_copy_row(self) -> None:
        if (row_ := self._table.here) is not None:
            self.copy("\t".join(cell.plain.strip() for cell in row_.cells))


def _heading(folder: str, counted: InboxFolder | None) -> Content:
    if counted is None:
        return Content.styled(folder, "bold")
    waiting = wording.count(counted.waiting, more=counted.waiting >= COUNTED)
    facts = f"   {waiting} waiting · {counted.title}"
    return Content.assemble((folder, "bold"), (facts, "$muted not bold"))


_PICK_UP: Final = "It is marked collected, and its submitter sees in Activity who picked it up and why."
