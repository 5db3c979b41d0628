"""The files of one download folder: what the operator published for one's identities, to be fetched."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Fetchable, PickUp, Publication, PublicationFilter, PublicationPage
from ecp_tui import wording
from ecp_tui.lines import lines, quoted_twice
from ecp_tui.saving import file_name
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.context import Context
from ecp_tui.screens.line import LineDialog
from ecp_tui.screens.receipt import ASKING, ReceiptScreen
from ecp_tui.screens.save import SaveDialog
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_PAGE: Final = 100
_MOST: Final = 500
_COLUMNS: Final = (
    Column("File", 24, grows=True),
    Column("Identity", 8, 3),
    Column("Input date", 10, 2),
    Column("Size", 9, 1, right=True),
    Column("Published", 12, 4),
    Column("State", 11),
)


class PublicationsScreen(EcpScreen):
    """Newest first; d fetches the file under the cursor, Enter shows everything about it."""

    CSS_PATH: ClassVar = "publications.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("get", "copy", "copy_row")
    HINTS: ClassVar[tuple[str, ...]] = ("get", "open", "copy", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "download"

    def __init__(self, folder: str, title: str, *, at: int | None = None) -> None:
        """`at`: the log index of the file to begin at."""
        super().__init__()
        self._at = at
        self.folder, self._title = folder, title
        self._wanted = PublicationFilter(folder=folder)
        self.where = f"Folders › {folder}"
        self._page = PublicationPage(items=(), cursor=None)
        self._items: list[Publication] = []

    def body(self) -> Iterable[Widget]:
        yield Words(Content.assemble((f"{self.folder}: {self._title}", "bold")), id="title")
        yield Table(_COLUMNS, id="publications", empty=ASKING)

    def on_mount(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> Table:
        return self.query_one("#publications", Table)

    @property
    def _here(self) -> Publication | None:
        key = self._table.here_key
        return next((one for one in self._items if str(one.log_index) == key), None)

    # ── pages from the server ────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        """The first page again, as long as what is shown allows; what lies below it stays."""
        limit = min(_MOST, max(_PAGE, len(self._items)))
        page = await self.context.client.publications(self._wanted, limit=limit, background=background)
        last = page.items[-1].log_index if page.items and page.cursor else 0
        below = [one for one in self._items if one.log_index < last]
        self._items = [*page.items, *below]
        self._page = page.model_copy(update={"cursor": self._page.cursor}) if below else page
        self._show()

    async def _load_more(self) -> None:
        page = await self.context.client.publications(self._wanted, cursor=self._page.cursor, limit=_PAGE)
        known = {one.log_index for one in self._items}
        self._items += [one for one in page.items if one.log_index not in known]
        self._page = page
        self._show()

    def on_table_reached_end(self) -> None:
        if self._page.cursor is not None:
            self.ask(self._load_more(), group="more")

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        self._table.show([_row(one, self.context) for one in self._items])
        if self._at is not None and self._items:
            self._table.go_to(str(self._at))
            self._at = None
        self._table.empty = f"Nothing was published in {self.folder} for your identities yet."
        self._say_place()
        self.show_keys()

    def on_table_moved(self) -> None:
        self._say_place()
        self.show_keys()

    def _say_place(self) -> None:
        if not self._items:
            self.say("no file")
            return
        total = wording.count(len(self._items), more=self._page.cursor is not None)
        zone = wording.zone_name(self.context.now(), self.context.zone)
        self.say(f"{wording.count(self._table.cursor + 1)} of {total} · newest first · times {zone}")

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        here = self._here
        if key in {"get", "copy", "copy_row"} and here is None:
            return "There is no file here."
        if key == "get" and here is not None and here.state == "withdrawn":
            return "The operator withdrew this file."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return {"copy": "copy SHA-256", "open": "details"}.get(key, "")

    def on_table_opened(self) -> None:
        if (here := self._here) is not None:
            self.open(ReceiptScreen(log_index=here.log_index))

    def action_get(self) -> None:
        if (here := self._here) is not None:
            fetch(self, here)

    def action_copy(self) -> None:
        if (here := self._here) is not None:
            self.copy(here.sha256)

    def action_copy_row(self) -> None:
        if (row_ := self._table.here) is not None:
            self.copy("\t".join(cell.plain.strip() for cell in row_.cells))


def fetch(screen: EcpScreen, wanted: Fetchable) -> None:
    """Into a folder of this computer, the browser's downloads, or over SSH wherever the line is typed."""
    context = screen.context
    if context.local:
        screen.app.push_screen(GetDialog(context, wanted))
    elif context.links is not None:
        address = context.links.download(wanted)
        screen.notify(f"Your browser downloads it, or finds it at\n{address}", markup=False)
    else:
        given = lines(context.line(_command(wanted)), ">", file_name(wanted.file_name))
        screen.app.push_screen(LineDialog(f"Download {wording.size(wanted.size)}", given))


def _command(wanted: Fetchable) -> str:
    """What fetches it over SSH."""
    if isinstance(wanted, PickUp):
        return f"collect {wanted.log_index} --reason {quoted_twice(wanted.reason)}"
    return f"get {wanted.log_index}"


class GetDialog(SaveDialog):
    """Asks where to, then fetches in the background: F7 shows how far it is."""

    def __init__(self, context: Context, wanted: Fetchable) -> None:
        heading = f"Download {wording.size(wanted.size)}"
        super().__init__(context, heading, file_name(wanted.file_name), lambda _: b"")
        self._wanted = wanted

    async def written(self, path: Path, *, replace: bool) -> Path:
        return self._given.downloads.start(self._wanted, path, replace=replace).target

    def said(self, written: Path) -> str:
        return f"Downloading to {written}\nF7 shows how far it is."


def _row(one: Publication, context: Context) -> Row:
    sign = SIGNS[one.state]
    return row(
        str(one.log_index),
        one.file_name,
        one.identity_code,
        one.input_date.isoformat(),
        wording.size(one.size),
        Content.styled(wording.when(one.at, context.zone), "$muted"),
        Content.styled(f"{sign.glyph} {sign.word}", sign.style),
        dim=one.state == "withdrawn",
    )
