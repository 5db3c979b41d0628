"""One entry of the audit log: what was done, its text in the log, and where it stands, verified on this computer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final, get_args

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import Refused
from backend.contract.messages import LogEntry, State
from ecp_tui import wording
from ecp_tui.evidence import Held, held_log_entry
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.evidence import LOOKING, check_lines, not_asked
from ecp_tui.screens.facts import facts
from ecp_tui.screens.receipt import ASKING, ReceiptScreen
from ecp_tui.screens.save import keep
from ecp_tui.widgets.words import Words

_MARGINS: Final = 7
"""Both edges of the page, the indent of the facts, and their scrollbar."""


class AuditEntryScreen(EcpScreen):
    """The text is asked for; its hash, its place and the signature over the log are judged here."""

    CSS_PATH: ClassVar = "audit.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("copy", "copy_row", "save", "open")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "copy", "save", "back")
    HELP_TOPIC: ClassVar[str] = "audit"

    def __init__(self, log_index: int) -> None:
        super().__init__()
        self._index = log_index
        self._entry: LogEntry | None = None
        self._held: Held | None = None
        self._vouched = LOOKING
        self.where = f"Audit log › {wording.count(log_index)}"

    def body(self) -> Iterable[Widget]:
        yield Words(id="headline")
        with VerticalScroll(id="entry"):
            yield Words(id="facts")
            yield Words(id="text")

    def on_mount(self) -> None:
        self.query_one("#entry").focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    async def load(self, background: bool) -> None:
        if self._entry is None:
            self.say(ASKING)
        self._entry = await self.context.client.log_entry(self._index)
        self._show()
        if self._held is None:
            self.run_worker(self._verify(self._entry), group="evidence", exclusive=True, exit_on_error=False)

    async def _verify(self, entry: LogEntry) -> None:
        """Asks for what vouches for it, and looks at it here; the page is there before."""
        try:
            self._held = await held_log_entry(self.context.client, entry)
        except Refused as refused:
            self._vouched = not_asked(refused)
        self._show()

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        if self._entry is None:
            self.say("F5 asks again")

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        if self._entry is None:
            return
        within = self.app.size.width - _MARGINS
        self.query_one("#headline", Words).update(Content(self._entry.line.title))
        told = [*self._facts(self._entry), ("", ""), *self._proven(self._entry)]
        self.query_one("#facts", Words).update(facts(told, within=within))
        self.query_one("#text", Words).update(Content(f"\n{self._entry.text}"))
        zone = wording.zone_name(self._entry.line.at, self.context.zone)
        self.say(f"entry {wording.count(self._index)} of the log · all times {zone}")
        self.show_keys()

    def _facts(self, entry: LogEntry) -> Iterator[tuple[str, str | Content]]:
        line = entry.line
        yield "When", wording.when(line.at, self.context.zone, seconds=True, year=True).strip()
        source = f", from {line.source}" if line.source else ""
        yield "By", f"{line.login_id}, {line.channel}{source}" if line.login_id else "the server itself"
        for name, value in (("About", line.subject), ("Company", line.company), ("Folder", line.folder)):
            if value:
                yield name, value
        if entry.note:
            yield "Reason", entry.note
        if entry.erased:
            gone = ", ".join(entry.erased)
            yield "Erased", Content.assemble(("○ ", "$muted"), f"{gone}; its hash is in the log, and stays")

    def _proven(self, entry: LogEntry) -> Iterator[tuple[str, str | Content]]:
        if self._held is None:
            yield "Log", self._vouched
        else:
            yield from check_lines(self._held)
        groups = wording.hash_groups(entry.leaf_hash)
        yield "Leaf hash", " ".join(groups[:2])
        yield "", " ".join(groups[2:])

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        if key in ("copy", "copy_row", "save") and self._entry is None:
            return "The entry is not here yet."
        if key == "open" and not self._of_file:
            return "It is no act on a file: Activity has nothing of it."
        return super().reason(key)

    @property
    def _of_file(self) -> bool:
        return self._entry is not None and self._entry.line.act in get_args(State)

    def hints(self) -> tuple[str, ...]:
        """Activity has acts on files alone."""
        return tuple(key for key in super().hints() if key != "open" or self._of_file)

    def hint_word(self, key: str) -> str:
        return {"copy": "copy leaf hash", "copy_row": "copy text", "open": "in Activity"}.get(key, "")

    def action_copy(self) -> None:
        if self._entry is not None:
            self.copy(self._entry.leaf_hash)

    def action_copy_row(self) -> None:
        if self._entry is not None:
            self.copy(self._entry.text)

    def action_open(self) -> None:
        self.open(ReceiptScreen(log_index=self._index))

    def action_save(self) -> None:
        if self._entry is not None:
            text = self._entry.text.encode("ascii")
            keep(self, "Save the entry", f"entry-{self._index}.txt", lambda _: text, f"audit show {self._index}")
