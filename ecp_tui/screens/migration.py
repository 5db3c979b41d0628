"""Migration, appendix 7.3: which folders have moved to ECP 2.0, when the others do, and the end of the existing ECP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Decommission, Migration, MigrationBatch, MigrationFolder
from ecp_tui.migration_wording import ending, has_moved, summary, waiting, when
from ecp_tui.screens.ask import AskDialog
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.migration_form import PlanForm
from ecp_tui.screens.proposing import reviewed, why_not_propose
from ecp_tui.screens.receipt import ASKING
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (Column("Folder", 9), Column("Title", 39, grows=True), Column("Served by", 14), Column("Batch", 6, 1))
_EXPLAINED: Final = "What is in ECP 2.0 is disabled and hidden in the existing ECP; what is not is submitted there."


class MigrationScreen(EcpScreen):
    """A line a batch with its instant, a line a folder below it; operators plan batches here."""

    CSS_PATH: ClassVar = "migration.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("change", "submit", "reject", "copy")
    HINTS: ClassVar[tuple[str, ...]] = ("change", "submit", "reject", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "migrat"
    where = "Migration"

    def __init__(self) -> None:
        super().__init__()
        self._now: Migration | None = None

    def body(self) -> Iterable[Widget]:
        yield Words("Migration", classes="title")
        yield Words("", id="facts", classes="facts")
        yield Table(_COLUMNS, id="migration", empty=ASKING)

    def on_mount(self) -> None:
        self.query_one(Table).focus()

    async def load(self, background: bool) -> None:
        self._now = await self.context.client.migration(background=background)
        self._show(self._now)

    def _show(self, found: Migration) -> None:
        self.query_one("#facts", Words).update(Content(f"{_EXPLAINED}\n{ending(found, self.context.zone)}"))
        self.query_one(Table).show(list(self._rows(found)))
        self.say(summary(found))
        self.show_keys()

    def _rows(self, found: Migration) -> Iterator[Row]:
        by_code = {one.folder: one for one in found.folders}
        for batch in found.batches:
            moved, words = has_moved(batch, found), when(batch, found, self.context.zone)
            glyph, style = ("●", "$success") if moved else ("◐", "$warning") if batch.at else ("○", "$muted")
            title = Content.assemble((f"Batch {batch.batch}  ", "bold"), (f"{glyph} {words}", style))
            yield row(f"batch/{batch.batch}", title, wide=True)
            yield from (_folder_row(by_code[code]) for code in batch.folders if code in by_code)
        rest = [one for one in found.folders if one.batch is None]
        if rest:
            yield row("none", Content.styled("In no batch", "bold"), wide=True)
            yield from map(_folder_row, rest)

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _batch(self) -> MigrationBatch | None:
        """Of the row under the cursor."""
        kind, _, code = self.query_one(Table).here_key.partition("/")
        of = {one.batch: one for one in self._now.batches} if self._now else {}
        if kind == "folder" and self._now is not None:
            code = next((one.batch or "" for one in self._now.folders if one.folder == code), "")
        return of.get(code) if kind in ("batch", "folder") else None

    def hints(self) -> tuple[str, ...]:
        """Who proposes nothing is offered nothing to propose."""
        return ("copy", "goto", "back") if why_not_propose(self) else self.HINTS

    def hint_word(self, key: str) -> str:
        return {"change": "plan", "submit": "new batch", "reject": "decommission"}.get(key, "")

    def reason(self, key: str) -> str:
        if key not in ("change", "submit", "reject"):
            return super().reason(key)
        if why := why_not_propose(self):
            return why
        if self._now is None:
            return ASKING
        return self._why_not(key, self._now)

    def _why_not(self, key: str, found: Migration) -> str:
        left = [one.folder for one in found.folders if one.route == "existing"]
        if found.decommissioned is not None:
            return "The existing ECP has ended: nothing is left to move."
        if key == "reject":
            return f"The existing ECP still serves {', '.join(left)} (3009)." if left else ""
        if not left:
            return "All folders have moved; x ends the existing ECP."
        batch = self._batch
        if key == "change" and (batch is None or has_moved(batch, found)):
            return "This batch has moved." if batch else "Choose a batch, or n for a new one."
        return ""

    def on_table_moved(self) -> None:
        self.show_keys()

    def action_copy(self) -> None:
        if self._now is not None and self._now.existing_ecp:
            self.copy(self._now.existing_ecp)

    def action_change(self) -> None:
        if (batch := self._batch) is not None and self._now is not None:
            self.open(PlanForm(reviewed(self), batch.batch, waiting(self._now, batch), batch.at))

    def action_submit(self) -> None:
        if self._now is not None:
            numbers = [int(one.batch) for one in self._now.batches if one.batch.isdigit()]
            code = str(max(numbers, default=0) + 1)
            self.open(PlanForm(reviewed(self), code, waiting(self._now), None))

    def action_reject(self) -> None:
        self.ask(self._end(), group="review")

    async def _end(self) -> None:
        words = "For good: it refuses everything, and its accounts open nothing. Another operator approves it."
        dialog = AskDialog("Decommission the existing ECP", words, yes="Review", label="Note", needed=False)
        if (note := await self.app.push_screen_wait(dialog)) is not None:
            draft = await self.context.client.make_request(Decommission(note=note), submit=False)
            reviewed(self)(draft, 0)


def _folder_row(one: MigrationFolder) -> Row:
    there = Content.styled("● ECP 2.0", "$success") if one.route == "ecp2" else "○ existing ECP"
    return row(f"folder/{one.folder}", f"  {one.folder}", one.title, there, one.batch or "–")
