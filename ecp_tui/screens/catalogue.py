"""Catalogue: folders and functions with their rules, and where a change of one begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual import events
from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import CatalogueFolder, CatalogueFunction, CataloguePage
from ecp_tui import wording
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.facts import facts
from ecp_tui.screens.proposing import reviewed, why_not_propose
from ecp_tui.screens.receipt import ASKING
from ecp_tui.screens.rule_form import Draft
from ecp_tui.screens.rule_pages import NEW_FOLDER, NEW_FUNCTION, as_fields, as_text
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_SIDE_BY_SIDE: Final = 120
_RULE_CELLS: Final = 44
_PARTS: Final = (("submission", "Folders for submission"), ("download", "Folders to download from"))
_COLUMNS: Final = (
    Column("Code", 12),
    Column("Title", 34, grows=True),
    Column("Opened by", 15, 1),
    Column("By", 13, 2),
)
_FULL: Final = ("console", "http", "sftp")


class CatalogueScreen(EcpScreen):
    """One list; below it, or beside it, the rule of the row under the cursor."""

    CSS_PATH: ClassVar = "catalogue.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("submit", "change", "copy")
    HINTS: ClassVar[tuple[str, ...]] = ("change", "submit", "copy", "back")
    POLL: ClassVar[float | None] = 10.0
    HELP_TOPIC: ClassVar[str] = "catalogue"
    where = "Operator › Catalogue"

    def __init__(self) -> None:
        super().__init__()
        self._page: CataloguePage | None = None
        self._wanted = ""

    def body(self) -> Iterable[Widget]:
        yield Table(_COLUMNS, id="catalogue", empty=ASKING)
        yield Words("", id="rule")

    def on_mount(self) -> None:
        self._table.focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= _SIDE_BY_SIDE, "-side-by-side")
        self.call_after_refresh(self._describe)

    @property
    def _table(self) -> Table:
        return self.query_one("#catalogue", Table)

    @property
    def _here(self) -> CatalogueFolder | CatalogueFunction | None:
        if self._page is None:
            return None
        kind, _, code = self._table.here_key.partition("/")
        if kind == "folder":
            return next((one for one in self._page.folders if one.folder == code), None)
        return next((one for one in self._page.functions if one.function == code), None)

    async def load(self, background: bool) -> None:
        self._page = page = await self.context.client.catalogue(background=background)
        rows: list[Row] = []
        for direction, title in _PARTS:
            rows.append(row(title, title, heading=True))
            rows += [_folder(one) for one in page.folders if one.direction == direction]
        rows.append(row("functions", "Functions", heading=True))
        rows += [_function(one) for one in page.functions]
        self._table.show(rows)
        if self._wanted:
            self._table.go_to(self._wanted)
            self._wanted = ""
        counted = f"{wording.count(len(page.folders), 'folder')}, {wording.count(len(page.functions), 'function')}"
        self.say(counted if why_not_propose(self) else f"{counted} · e changes one, by a pair of operators")
        self._describe()

    def arrive(self, wanted: Mapping[str, str]) -> None:
        self._wanted = f"folder/{wanted.get('folder', '')}"

    def on_table_moved(self) -> None:
        self._describe()

    def _describe(self) -> None:
        one = self._here
        if one is not None:
            within = _RULE_CELLS if self.has_class("-side-by-side") else self.size.width - 4
            self.query_one("#rule", Words).update(_words(one, within))
        self.show_keys()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        if key in ("submit", "change") and (why := why_not_propose(self)):
            return why
        if key in ("change", "copy") and self._here is None:
            return "There is no folder and no function here."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        new = "new function" if isinstance(self._here, CatalogueFunction) else "new folder"
        return {"submit": new, "copy": "copy rule"}.get(key, "")

    def on_table_opened(self, event: Table.Opened) -> None:
        self.run_worker(self.action_press("change"))

    def action_change(self) -> None:
        one = self._here
        if isinstance(one, CatalogueFolder):
            self.open(as_fields(Draft("folder", one.folder, one.rule, one.rule), reviewed(self)))
        elif one is not None:
            self.open(as_text(Draft("function", one.function, one.rule, one.rule), reviewed(self)))

    def action_submit(self) -> None:
        if isinstance(self._here, CatalogueFunction):
            self.open(as_text(Draft("function", "", NEW_FUNCTION), reviewed(self)))
        else:
            self.open(as_fields(Draft("folder", "", NEW_FOLDER), reviewed(self)))

    def action_copy(self) -> None:
        if (one := self._here) is not None:
            self.copy(one.rule)


def _folder(one: CatalogueFolder) -> Row:
    elsewhere = one.route != "ecp2"
    by = "all" if set(one.channels) == set(_FULL) else ", ".join(one.channels)
    return row(f"folder/{one.folder}", f"  {one.folder}", one.title, ", ".join(one.functions), by, dim=elsewhere)


def _function(one: CatalogueFunction) -> Row:
    return row(f"function/{one.function}", f"  {one.function}", one.title, "", ", ".join(one.channels))


def _words(one: CatalogueFolder | CatalogueFunction, within: int) -> Content:
    if isinstance(one, CatalogueFunction):
        title, rows = f"{one.function}: {one.title}", [("Counts by", ", ".join(one.channels))]
        rows.append(("Opens", "every folder, by SFTP" if one.all_folders else ", ".join(one.folders) or "nothing yet"))
    else:
        title = f"{one.folder}: {one.title}"
        rows = [("Rule", one.in_words), ("For", ", ".join(one.user_types)), ("By", ", ".join(one.channels))]
        if one.route != "ecp2":
            rows.append(("Served by", f"the existing ECP, batch {one.batch or '–'}"))
    return Content("\n").join([Content.styled(title, "bold"), facts(rows, 12, within)])
