"""Appendix 7.3: which of the account's submission folders have moved to ECP 2.0 (FAQ Q27, Q29)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from ecp_tui.screens.base import EcpScreen
from ecp_tui.widgets.table import Column, Table, row
from ecp_tui.widgets.words import Words


class MigrationScreen(EcpScreen):
    """One line a submission folder: where it is served, and with which batch it moves."""

    CSS_PATH: ClassVar = "migration.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("refresh", "back")
    HELP_TOPIC: ClassVar[str] = "migrat"
    where = "Folders › Migration"

    def body(self) -> Iterable[Widget]:
        yield Words("Migration", classes="title")
        yield Words(Content("Folders in ECP 2.0 are no longer in the existing ECP, and the reverse."), classes="facts")
        columns = (
            Column("Folder", 9),
            Column("Title", 39, grows=True),
            Column("Served by", 14),
            Column("Batch", 10, 1),
        )
        yield Table(columns, id="migration", empty="No submission folder is open to you.")

    async def load(self, background: bool) -> None:
        folders = [one for one in await self.context.client.folders() if one.direction == "submission"]
        rows = [
            row(
                one.folder,
                one.folder,
                one.title,
                Content.styled("● ECP 2.0", "$success") if one.route == "ecp2" else "○ existing ECP",
                one.batch or "–",
            )
            for one in folders
        ]
        self.query_one("#migration", Table).show(rows)
        moved = sum(one.route == "ecp2" for one in folders)
        self.say(f"{moved} of {len(folders)} folders are in ECP 2.0 · the rest: will be announced in due course")
