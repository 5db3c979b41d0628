"""Activity Enquiry: every act on a file, newest first, a page at a time from the server."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.faults import Refused
from backend.contract.messages import Activity, ActivityFilter, ActivityPage
from ecp_tui import wording
from ecp_tui.lines import lines
from ecp_tui.records import as_csv, as_json
from ecp_tui.screens.activity_filter import FilterScreen, filter_words
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.compare import CompareScreen
from ecp_tui.screens.line import LineDialog
from ecp_tui.screens.receipt import ASKING, ReceiptScreen
from ecp_tui.screens.save import keep
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.field import TextField
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_PAGE = 100
_MOST = 500
_TYPING_PAUSE = 0.25
_COLUMNS = (
    Column("Received", 12, 1),
    Column("File", 22, grows=True),
    Column("Folder", 7, 5),
    Column("Identity", 8, 4),
    Column("Input date", 10, 2),
    Column("State", 12),
    Column("By", 10, 6),
    Column("Channel", 7, 7),
    Column("SHA-256", 8, 3),
)
_EVERYTHING = ActivityFilter()


class ActivityScreen(EcpScreen):
    """The list. It holds what was fetched, asks for the next page at its end, and follows the server quietly."""

    CSS_PATH: ClassVar = "activity.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("find", "filter", "submit", "compare", "copy", "copy_row", "save")
    HINTS: ClassVar[tuple[str, ...]] = ("find", "filter", "submit", "compare")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "Activity"
    where = "Activity"

    def __init__(self) -> None:
        super().__init__()
        self._wanted = _EVERYTHING
        self._items: list[Activity] = []
        self._page = ActivityPage(items=(), cursor=None, total=0)

    def hints(self) -> tuple[str, ...]:
        """The operator's staff file nothing."""
        me = self.context.me
        staff = me is not None and me.company is None
        return tuple(key for key in self.HINTS if not (staff and key == "submit"))

    def body(self) -> Iterable[Widget]:
        yield Words(id="title")
        yield TextField(id="find", placeholder="part of a file name", max_length=200)
        yield Table(_COLUMNS, id="activities", empty=ASKING)

    def on_mount(self) -> None:
        self.query_one("#find").display = False
        self._table.focus()
        self._show_title()

    @property
    def _table(self) -> Table:
        return self.query_one("#activities", Table)

    @property
    def _here(self) -> Activity | None:
        row_ = self._table.here
        return next((item for item in self._items if row_ and row_.key == str(item.log_index)), None)

    def arrive(self, wanted: Mapping[str, str]) -> None:
        if "log_index" in wanted:
            self.open(ReceiptScreen(log_index=int(wanted["log_index"])))
        else:
            self._apply(ActivityFilter.model_validate(wanted))

    # ── pages from the server ────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        """The first page again, as long as what is shown allows; what lies below it stays."""
        limit = min(_MOST, max(_PAGE, len(self._items)))
        page = await self.context.client.activity(self._wanted, limit=limit, background=background)
        last = page.items[-1].log_index if page.items and page.cursor else 0
        below = [item for item in self._items if item.log_index < last]
        self._items = [*page.items, *below]
        self._page = page.model_copy(update={"cursor": self._page.cursor}) if below else page
        self._show()

    def action_refresh(self) -> None:
        self.say(ASKING)
        super().action_refresh()

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        self._say_place()

    async def _load_more(self) -> None:
        page = await self.context.client.activity(self._wanted, cursor=self._page.cursor, limit=_PAGE)
        known = {item.log_index for item in self._items}
        self._items += [item for item in page.items if item.log_index not in known]
        self._page = page
        self._show()

    def on_table_reached_end(self) -> None:
        if self._page.cursor is not None:
            self.ask(self._load_more(), group="more")

    def _apply(self, wanted: ActivityFilter) -> None:
        """Another filter: the list begins anew."""
        if wanted != self._wanted:
            self._wanted, self._items = wanted, []
            self._page = ActivityPage(items=(), cursor=None, total=0)
            self._show_title()
            self.reload()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show_title(self) -> None:
        facts = filter_words(self._wanted) or "everything in your folders"
        title = Content.assemble(("Activity Enquiry", "bold"), (f"   {facts}", "$muted"))
        self.query_one("#title", Words).update(title)

    def _show(self) -> None:
        if not self._items:
            empty = "Nothing fits the filter. Esc clears it." if self._wanted != _EVERYTHING else _NOTHING_YET
            self._table.empty = empty
        self._table.show([self._row(item) for item in self._items])
        self._say_place()
        self.show_keys()

    def _row(self, item: Activity) -> Row:
        sign = SIGNS.get(item.state, SIGNS["attention"])
        name = item.file_name or item.folder_title or item.act
        return row(
            str(item.log_index),
            Content.styled(wording.when(item.at, self.context.zone), "$muted"),
            f"{wording.count(item.count)} × {name}" if item.count else name,
            item.folder or "–",
            item.identity_code or "–",
            item.input_date.isoformat() if item.input_date else "–",
            Content.styled(f"{sign.glyph} {wording.state_word(item)}", sign.style),
            item.login_id or "–",
            item.channel,
            Content.styled(wording.hash_short(item.sha256), "$muted"),
            dim=item.state == "superseded",
        )

    def on_table_moved(self) -> None:
        self._say_place()
        self.show_keys()

    def _say_place(self) -> None:
        zone = wording.zone_name(self.context.now(), self.context.zone)
        total = wording.count(self._page.total, more=self._page.total_is_more)
        place = f"{wording.count(self._table.cursor + 1)} of {total} · newest first" if self._items else "no activity"
        uploads = self.context.transfers.running
        moving = ""
        if uploads:
            progress = uploads[0].progress.replace(",", "") if len(uploads) == 1 else "F7 shows them"
            moving = f" · {wording.count(len(uploads), 'upload')} {progress}"
        self.say(f"{place} · times {zone}{moving}")

    # ── finding and filtering ────────────────────────────────────────────────────────────────────────────────

    def action_find(self) -> None:
        find = self.query_one("#find", TextField)
        find.display = True
        find.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.run_worker(self._find(event.value.strip()), group="find", exclusive=True)

    async def _find(self, typed: str) -> None:
        await asyncio.sleep(_TYPING_PAUSE)
        self._apply(self._wanted.model_copy(update={"name": typed or None}))

    def on_entered(self) -> None:
        self._table.focus()

    def action_filter(self) -> None:
        self.open(FilterScreen(self._wanted, self._filtered))

    def _filtered(self, wanted: ActivityFilter) -> None:
        find = self.query_one("#find", TextField)
        with self.prevent(Input.Changed):
            find.value = wanted.name or ""
        find.display = bool(wanted.name)
        self._apply(wanted)

    def action_back(self) -> None:
        """Esc first leaves the filter, then the page."""
        if self.query_one("#find").display or self._wanted != _EVERYTHING:
            self._filtered(_EVERYTHING)
            self._table.focus()
        else:
            super().action_back()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        here = self._here
        if key in {"copy", "copy_row", "compare"} and here is None:
            return "There is no row here."
        if key in {"copy", "compare"} and here is not None and here.sha256 is None:
            return "This file was not kept, so there is no SHA-256 of it."
        if key == "save" and not self._items:
            return "There is nothing to save."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return {"copy": "copy SHA-256", "save": "export"}.get(key, "")

    def on_table_opened(self) -> None:
        if (here := self._here) is not None:
            self.open(ReceiptScreen(log_index=here.log_index))

    def action_compare(self) -> None:
        if (here := self._here) is not None:
            self.open(CompareScreen(here))

    def action_submit(self) -> None:
        self.go("submit")

    def action_copy(self) -> None:
        if (here := self._here) is not None:
            self.copy(here.sha256 or "")

    def action_copy_row(self) -> None:
        if (row_ := self._table.here) is not None:
            self.copy("\t".join(cell.plain.strip() for cell in row_.cells))

    def action_save(self) -> None:
        """Everything that the filter finds, as CSV or, with a name that ends so, as JSON."""
        if self.context.reach == "ssh":
            name = f"activity-{self.context.now():%Y-%m-%d}.json"
            given = lines(self.context.line(_command(self._wanted)), ">", name)
            self.app.push_screen(LineDialog("Export the newest 500 as JSON", given))
        else:
            self.ask(self._export(), group="export")

    async def _export(self) -> None:
        items: list[Activity] = []
        cursor: str | None = None
        while True:
            page = await self.context.client.activity(self._wanted, cursor=cursor, limit=_MOST)
            items += page.items
            cursor = page.cursor
            if cursor is None:
                break
            self.say(f"Exporting … {wording.count(len(items), 'row')}")
        self._say_place()
        name = f"activity-{self.context.now():%Y-%m-%d}.csv"

        def content(path: Path) -> bytes:
            return as_json(items) if path.suffix.lower() == ".json" else as_csv(items)

        keep(self, f"Export {wording.count(len(items), 'row')} as .csv or .json", name, content)


def _command(wanted: ActivityFilter) -> str:
    """The command that lists what the filter finds; ssh takes off one quoting, so that there are two."""
    said = wanted.model_dump(mode="json", exclude_none=True).items()
    options = [f"--{_OPTIONS.get(name, name)} {shlex.quote(str(value))}" for name, value in said]
    command = " ".join([f"activity --json --limit {_MOST}", *options])
    return shlex.quote(command) if "'" in command else command


_OPTIONS = {"from_date": "from", "to_date": "to", "identity_code": "identity", "login_id": "user"}


_NOTHING_YET = "No activity yet. n submits the first file."
