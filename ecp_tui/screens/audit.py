"""The audit log: every act, newest first, a page at a time from the server; as far as whoever looks may see."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.faults import Refused
from backend.contract.messages import LogFilter, LogLine
from ecp_tui import wording
from ecp_tui.screens.audit_entry import AuditEntryScreen
from ecp_tui.screens.audit_export import export
from ecp_tui.screens.audit_filter import AuditFilterScreen, filter_words
from ecp_tui.screens.audit_verify import AuditVerifyScreen
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.receipt import ASKING
from ecp_tui.widgets.field import TextField
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_PAGE: Final = 100
_MOST: Final = 500
_TYPING_PAUSE: Final = 0.25
_COLUMNS: Final = (
    Column("When", 12, 1),
    Column("What", 22, grows=True),
    Column("About", 22, 2, grows=True),
    Column("By", 10),
    Column("Company", 8, 4),
    Column("Channel", 8, 5),
    Column("From", 15, 6),
    Column("Entry", 9, 3, right=True),
)
_EVERYTHING: Final = LogFilter()


class AuditScreen(EcpScreen):
    """The list; below it the line of the cursor in all its words."""

    CSS_PATH: ClassVar = "audit.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("find", "filter", "compare", "save", "copy_row")
    HINTS: ClassVar[tuple[str, ...]] = ("find", "filter", "compare", "save")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "audit"
    where = "Audit log"

    def __init__(self) -> None:
        super().__init__()
        self._wanted = _EVERYTHING
        self._lines: dict[int, LogLine] = {}
        """What was fetched, by its place, the newest first."""
        self._in_all = 0
        """Of the whole log."""
        self._cursor: str | None = None

    def hints(self) -> tuple[str, ...]:
        """The whole log is the staff's to verify."""
        return tuple(key for key in super().hints() if key != "compare" or self.context.staff)

    def body(self) -> Iterable[Widget]:
        yield Words(id="title")
        yield TextField(id="find", placeholder="words, a login ID, a name", max_length=100)
        yield Table(_COLUMNS, id="entries", empty=ASKING)
        yield Words(id="whole")

    def on_mount(self) -> None:
        self.query_one("#find").display = False
        self._table.focus()
        self._show_title()

    @property
    def _table(self) -> Table:
        return self.query_one("#entries", Table)

    @property
    def _here(self) -> LogLine | None:
        key = self._table.here_key
        return self._lines.get(int(key)) if key else None

    def arrive(self, wanted: Mapping[str, str]) -> None:
        if "log_index" in wanted:
            self.open(AuditEntryScreen(int(wanted["log_index"])))
        else:
            self._apply(LogFilter.model_validate(wanted))

    # ── pages from the server ────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        """The first page again; what lies below it stays."""
        if background and self._wanted.text is not None:
            return  # words are looked for in every entry there is: not every five seconds
        limit = min(_MOST, max(_PAGE, len(self._lines)))
        page = await self.context.client.log(self._wanted, limit=limit, background=background)
        last = page.entries[-1].log_index if page.entries and page.cursor else 0
        below = {index: line for index, line in self._lines.items() if index < last}
        self._lines = {line.log_index: line for line in page.entries} | below
        self._cursor = self._cursor if below else page.cursor
        self._in_all = page.size
        self._show()

    async def _load_more(self) -> None:
        page = await self.context.client.log(self._wanted, cursor=self._cursor, limit=_PAGE)
        self._lines |= {line.log_index: line for line in page.entries}
        self._cursor = page.cursor
        self._show()

    def on_table_reached_end(self) -> None:
        if self._cursor is not None:
            self.ask(self._load_more(), group="more")

    def _apply(self, wanted: LogFilter) -> None:
        """Another filter: the list begins anew."""
        if wanted != self._wanted:
            self._wanted, self._lines, self._cursor = wanted, {}, None
            self._show_title()
            self.reload()

    def action_refresh(self) -> None:
        self.say(ASKING)
        super().action_refresh()

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        if not self._in_all:
            self._table.empty = ""
        self._say_place()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show_title(self) -> None:
        told = filter_words(self._wanted) or self._whose()
        self.query_one("#title", Words).update(Content.assemble(("Audit log", "bold"), (f"   {told}", "$muted")))

    def _whose(self) -> str:
        me = self.context.me
        if me is None or self.context.staff:
            return "everything that was done"
        return f"what was done in {me.company_name}" if me.services else "what you did, and what was done to your files"

    def _show(self) -> None:
        narrowed = self._wanted != _EVERYTHING
        self._table.empty = "Nothing fits the filter. Esc clears it." if narrowed else "There is no entry yet."
        self._table.show([self._row(line) for line in self._lines.values()])
        self._tell()

    def _row(self, line: LogLine) -> Row:
        return row(
            str(line.log_index),
            Content.styled(wording.when(line.at, self.context.zone), "$muted"),
            line.title,
            line.subject or "–",
            line.login_id or "–",
            line.company or "–",
            line.channel,
            line.source or "–",
            Content.styled(wording.count(line.log_index), "$muted"),
        )

    def on_table_moved(self) -> None:
        self._tell()

    def _tell(self) -> None:
        line = self._here
        self.query_one("#whole", Words).update(Content(line.summary if line is not None else ""))
        self._say_place()
        self.show_keys()

    def _say_place(self) -> None:
        zone = wording.zone_name(self.context.now(), self.context.zone)
        place = (
            f"{wording.count(self._table.cursor + 1)} of {self._counted} · newest first" if self._lines else "no entry"
        )
        self.say(f"{place} · times {zone}")

    @property
    def _counted(self) -> str:
        """How many there are where all are shown; else how many were fetched, and whether there are more."""
        if self.context.staff and self._wanted == _EVERYTHING:
            return wording.count(self._in_all)
        return wording.count(len(self._lines), more=self._cursor is not None)

    # ── finding and filtering ────────────────────────────────────────────────────────────────────────────────

    def action_find(self) -> None:
        find = self.query_one("#find", TextField)
        find.display = True
        find.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.run_worker(self._find(event.value.strip()), group="find", exclusive=True)

    async def _find(self, typed: str) -> None:
        await asyncio.sleep(_TYPING_PAUSE)
        self._apply(self._wanted.model_copy(update={"text": typed or None}))

    def on_entered(self) -> None:
        self._table.focus()

    def action_filter(self) -> None:
        self.open(AuditFilterScreen(self._wanted, self._filtered))

    def _filtered(self, wanted: LogFilter) -> None:
        find = self.query_one("#find", TextField)
        with self.prevent(Input.Changed):
            find.value = wanted.text or ""
        find.display = bool(wanted.text)
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
        if key == "copy_row" and self._here is None:
            return "There is no entry here."
        if key == "compare" and not self.context.staff:
            return "The whole log is verified by the operator's staff; Enter verifies that it has this entry."
        if key == "save" and not self._lines:
            return "There is nothing to save."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return {"compare": "verify", "save": "export"}.get(key, "")

    def on_table_opened(self) -> None:
        if (line := self._here) is not None:
            self.open(AuditEntryScreen(line.log_index))

    def action_compare(self) -> None:
        self.open(AuditVerifyScreen())

    def action_copy_row(self) -> None:
        if (row_ := self._table.here) is not None:
            self.copy("\t".join(cell.plain.strip() for cell in row_.cells))

    def action_save(self) -> None:
        self.ask(export(self, self._wanted), group="export")
