"""Folders: what may be submitted and downloaded, and each folder's rule in words (FAQ Q7, appendices 7.1 and 7.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual import events
from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Folder, Me
from ecp_tui import wording
from ecp_tui.folder_wording import example, rule_rows
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.context import Context
from ecp_tui.screens.facts import facts
from ecp_tui.screens.migration import MigrationScreen
from ecp_tui.screens.publications import PublicationsScreen
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_SIDE_BY_SIDE: Final = 120
_RULE_CELLS: Final = 40
_PARTS: Final = (("submission", "Submission"), ("download", "Download"))


class FoldersScreen(EcpScreen):
    """The list on top, the rule of the folder under the cursor below it."""

    CSS_PATH: ClassVar = "folders.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("submit", "copy", "migration")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "submit", "copy", "migration")
    POLL: ClassVar[float | None] = 30.0
    HELP_TOPIC: ClassVar[str] = "folder"
    where = "Folders"

    def body(self) -> Iterable[Widget]:
        columns = (
            Column("Folder", 9),
            Column("Title", 39, grows=True),
            Column("Cut-off", 7),
            Column("Files", 5, 2, right=True),
            Column("Last heard", 12, 1),
        )
        yield Table(columns, id="folders", empty="")
        yield Words("", id="rule")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= _SIDE_BY_SIDE, "-side-by-side")
        self.call_after_refresh(self._describe)

    async def load(self, background: bool) -> None:
        folders = await self.context.client.folders(background=background)
        self.context.folders = tuple(folders)
        table = self.query_one("#folders", Table)
        table.show(_rows(folders, self.context))
        if not folders and self.context.me is not None:
            self.query_one("#rule", Words).update(_nothing(self.context.me))
        submission = sum(folder.direction == "submission" for folder in folders)
        zone = wording.zone_name(self.context.now(), self.context.zone)
        self.say(f"{submission} for submission, {len(folders) - submission} to download · all times {zone}")
        self._describe()

    @property
    def folder(self) -> Folder | None:
        """The folder under the cursor."""
        key = self.query_one("#folders", Table).here_key
        return next((folder for folder in self.context.folders if folder.folder == key), None)

    def on_table_moved(self) -> None:
        self._describe()

    def _describe(self) -> None:
        rule = self.query_one("#rule", Words)
        if self.folder is not None:
            rule.update(_rule(self.folder, _RULE_CELLS if self.has_class("-side-by-side") else self.size.width - 4))
        self.show_keys()

    def on_table_opened(self, event: Table.Opened) -> None:
        folder = self.folder
        if folder is not None and folder.direction == "download":
            self.open(PublicationsScreen(folder.folder, folder.title))
        else:
            self.go("activity", folder=event.row.key)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _migrates(self) -> bool:
        """Whether there is, or was for one of these folders, anything to move from."""
        landing = self.context.landing
        there = landing is not None and landing.existing_ecp is not None
        return there or any(folder.route == "existing" for folder in self.context.folders)

    def hints(self) -> tuple[str, ...]:
        return tuple(key for key in super().hints() if key != "migration" or self._migrates)

    def reason(self, key: str) -> str:
        if key == "migration" and not self._migrates:
            return "All folders are in ECP 2.0."
        folder = self.folder
        if folder is None:
            return "No folder is chosen." if key in ("submit", "copy", "open") else ""
        if key == "submit" and folder.direction == "download":
            return f"{folder.folder} is a download folder: the operator publishes in it."
        if key == "submit" and folder.route == "existing":
            return f"{folder.folder} has not moved yet: submit it via the existing ECP (4510)."
        if key == "copy" and not folder.patterns:
            return f"Files of {folder.folder} are named by the operator."
        return ""

    def hint_word(self, key: str) -> str:
        return {"open": "files", "copy": "copy name"}.get(key, "")

    def action_submit(self) -> None:
        if self.folder is not None:
            self.go("submit", folder=self.folder.folder)

    def action_copy(self) -> None:
        if self.folder is not None:
            self.copy(example(self.folder))

    def action_migration(self) -> None:
        self.open(MigrationScreen())


def _rows(folders: Sequence[Folder], context: Context) -> list[Row]:
    rows: list[Row] = []
    for direction, title in _PARTS:
        part = [folder for folder in folders if folder.direction == direction]
        if part:
            rows.append(row(title, title, heading=True))
        rows += [_row(folder, context) for folder in part]
    return rows


def _row(folder: Folder, context: Context) -> Row:
    elsewhere = folder.route == "existing"
    cut_off = f"{folder.cut_off:%H:%M}" if folder.cut_off else "–"
    latest = wording.when(folder.latest, context.zone) if folder.latest else "–"
    if elsewhere:
        return row(folder.folder, f"  {folder.folder}", folder.title, cut_off, "–", "existing ECP", dim=True)
    return row(folder.folder, f"  {folder.folder}", folder.title, cut_off, wording.count(folder.files), latest)


def _rule(folder: Folder, within: int) -> Content:
    """The folder in words: labels in a column, what it is in bold above."""
    title = Content.styled(f"{folder.folder}: {folder.title}", "bold")
    return Content("\n").join([title, facts(rule_rows(folder), 12, within)])


def _nothing(me: Me) -> Content:
    """The empty list says which functions are held, and whom to ask."""
    held = ", ".join(one.function for one in me.functions) or "none"
    ask = ", ".join(f"{one.name} ({one.login_id})" for one in me.delegated_administrators)
    rows = [("Functions held", held), ("Ask", f"{ask or 'the operator'}; appendix 7.4 maps functions to folders.")]
    return Content("\n").join([Content.styled("No folder is open to you.", "bold"), facts(rows, 16)])
