"""Publish: what stands in the download folders, for how many, and how many of those have fetched it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import PublishedFile, PublishedPage
from ecp_tui import wording
from ecp_tui.publishing_wording import all_of, fetched, identities
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.publish_form import PublishFormScreen
from ecp_tui.screens.publish_sent import PublishSentScreen
from ecp_tui.screens.published import PublishedScreen, withdraw
from ecp_tui.screens.receipt import ASKING
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_PAGE: Final = 50
_COLUMNS: Final = (
    Column("File", 24, grows=True),
    Column("Folder", 7, 3),
    Column("To", 17, 1),
    Column("Fetched", 14),
    Column("Published", 12, 2),
    Column("Version", 7, 4, right=True),
    Column("By", 8, 5),
)


class PublishScreen(EcpScreen):
    """Newest first; n publishes a file, Enter tells who has it and who has not, x withdraws it for everybody."""

    CSS_PATH: ClassVar = "publish.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("submit", "reject", "copy", "copy_row")
    HINTS: ClassVar[tuple[str, ...]] = ("submit", "open", "reject", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "publish"
    where = "Operator › Publish"

    def __init__(self) -> None:
        super().__init__()
        self._items: list[PublishedFile] = []
        self._cursor: str | None = None

    def body(self) -> Iterable[Widget]:
        yield Words("Publish", classes="title")
        yield Words("What stands in the download folders, of the last 90 days.", classes="facts")
        yield Table(_COLUMNS, id="editions", empty=ASKING)
        yield Words(id="whole")

    def on_mount(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> Table:
        return self.query_one("#editions", Table)

    @property
    def _here(self) -> PublishedFile | None:
        key = self._table.here_key
        return next((one for one in self._items if str(one.edition) == key), None)

    @property
    def _looks(self) -> bool:
        return self.context.me is not None and self.context.me.kind == "auditor"

    def arrive(self, wanted: Mapping[str, str]) -> None:
        """From elsewhere: a file to be published."""
        if not self._looks:
            self.action_submit(wanted.get("path"))

    # ── pages from the server ────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        """The first page again; what lies below it stays."""
        page = await self.context.client.editions(limit=_PAGE, background=background)
        self._take(page)
        self._show()

    def _take(self, page: PublishedPage) -> None:
        first = {one.edition for one in page.items}
        oldest = min(first, default=0)
        below = [one for one in self._items if page.cursor and one.edition < oldest and one.edition not in first]
        self._items = [*page.items, *below]
        self._cursor = self._cursor if below else page.cursor

    async def _load_more(self) -> None:
        page = await self.context.client.editions(cursor=self._cursor, limit=_PAGE)
        known = {one.edition for one in self._items}
        self._items += [one for one in page.items if one.edition not in known]
        self._cursor = page.cursor
        self._show()

    def on_table_reached_end(self) -> None:
        if self._cursor is not None:
            self.ask(self._load_more(), group="more")

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        self._table.empty = "Nothing stands." if self._looks else "Nothing stands. n publishes a file."
        self._table.show([self._row(one) for one in self._items])
        self.on_table_moved()

    def _row(self, one: PublishedFile) -> Row:
        sign = SIGNS["fetched" if one.fetched == one.identities else "waiting"]
        return row(
            str(one.edition),
            one.file_name,
            one.folder,
            all_of(one.to),
            Content.styled(f"{sign.glyph} {fetched(one.fetched, one.identities)}", sign.style),
            Content.styled(wording.when(one.at, self.context.zone), "$muted"),
            wording.count(one.version),
            one.login_id,
        )

    def on_table_moved(self) -> None:
        here = self._here
        self.query_one("#whole", Words).update(self._about(here) if here is not None else Content(""))
        total = wording.count(len(self._items), more=self._cursor is not None)
        place = next((at for at, one in enumerate(self._items) if one is here), 0) + 1
        zone = wording.zone_name(self.context.now(), self.context.zone)
        self.say(f"{wording.count(place)} of {total} · newest first · times {zone}" if self._items else "nothing here")
        self.show_keys()

    def _about(self, one: PublishedFile) -> Content:
        waiting = one.identities - one.fetched
        left = f"{identities(waiting)} {'has' if waiting == 1 else 'have'} not" if waiting else "nobody is missing"
        return Content.assemble(
            (one.file_name, "bold"),
            f"   {one.folder_title}, {wording.day(one.input_date)}, {wording.size(one.size)}\n",
            f"For {all_of(one.to)}: fetched by {fetched(one.fetched, one.identities)}, {left}.",
        )

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def hint_word(self, key: str) -> str:
        return {"submit": "publish", "open": "who has it", "reject": "withdraw", "copy": "copy SHA-256"}.get(key, "")

    def reason(self, key: str) -> str:
        if key in {"submit", "reject"} and self._looks:
            return "Operators do this; auditors see that it was done."
        if key in {"reject", "copy", "copy_row"} and self._here is None:
            return "There is no file here."
        return super().reason(key)

    def on_table_opened(self) -> None:
        if (here := self._here) is not None:
            self.open(PublishedScreen(here))

    def action_submit(self, path: str | None = None) -> None:
        self.open(PublishFormScreen(path) if self.context.local else PublishSentScreen())

    def action_reject(self) -> None:
        if (here := self._here) is not None:
            self.ask(withdraw(self, here, None), group="act")

    def action_copy(self) -> None:
        if (here := self._here) is not None:
            self.copy(here.sha256)

    def action_copy_row(self) -> None:
        if (row_ := self._table.here) is not None:
            self.copy("\t".join(cell.plain.strip() for cell in row_.cells))
