"""Help: questions and answers, faults and keys in one list, filtered by typing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from ecp_tui import wording
from ecp_tui.appendices import appendices
from ecp_tui.help_entries import Entry
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.help_entries import entries
from ecp_tui.widgets.field import TextField
from ecp_tui.widgets.table import Row, Table, row
from ecp_tui.widgets.words import Words

_MARK_CELLS: Final = 8
_CELLS: Final = {"Keys": 17, "Pages": 12}


class HelpScreen(EcpScreen):
    """The list; the cursor moves while one types."""

    CSS_PATH: ClassVar = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "down", show=False, priority=True),
        Binding("up", "move(-1)", "up", show=False, priority=True),
        Binding("pagedown", "page(1)", "page down", show=False, priority=True),
        Binding("pageup", "page(-1)", "page up", show=False, priority=True),
    ]
    HINTS: ClassVar[tuple[str, ...]] = ("open", "goto", "back")
    where = "Help"

    def __init__(self) -> None:
        super().__init__()
        self._entries = {entry.id: entry for entry in entries()}

    def body(self) -> Iterable[Widget]:
        yield TextField(id="typed", placeholder="type a word, a number such as 4505, or a key")
        yield Table((), id="entries", titles=False, empty="Nothing says that. Esc clears.")

    def on_mount(self) -> None:
        self.query_one("#typed").focus()
        self._filter("")

    async def load(self, background: bool) -> None:
        """The appendices are the server's own data; whoever is not signed in finds them in the guide."""
        if not self.context.signed_in:
            return
        migrates = self.context.landing is not None and self.context.landing.existing_ecp is not None
        found = {one.id: one for one in appendices(await self.context.client.appendix(), migrates=migrates)}
        self._entries = self._entries | found
        self._filter(self.query_one("#typed", TextField).value)

    def arrive(self, wanted: Mapping[str, str]) -> None:
        typed = self.query_one("#typed", TextField)
        typed.value = wanted.get("topic", "")
        typed.cursor_position = len(typed.value)
        typed.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._filter(event.value)

    def _filter(self, typed: str) -> None:
        words = typed.casefold().split()
        found = [entry for entry in self._entries.values() if entry.has(words)]
        table = self.query_one("#entries", Table)
        table.show(_rows(found))
        table.action_edge(False)
        everything = wording.count(len(self._entries))
        shown = (
            f"{wording.count(len(found))} of {everything} · Esc clears" if words else f"{everything} · type to filter"
        )
        self.say(shown)

    def on_entered(self) -> None:
        self.query_one("#entries", Table).action_open()

    def on_table_opened(self, event: Table.Opened) -> None:
        self.open(HelpPage(self._entries[event.row.key]))

    def action_move(self, step: int) -> None:
        self.query_one("#entries", Table).action_move(step)

    def action_page(self, way: int) -> None:
        self.query_one("#entries", Table).action_page(way)

    def action_back(self) -> None:
        typed = self.query_one("#typed", TextField)
        if typed.value:
            typed.value = ""
        else:
            super().action_back()


class HelpPage(EcpScreen):
    """One question, fault or key."""

    CSS_PATH: ClassVar = "help.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("copy",)
    HINTS: ClassVar[tuple[str, ...]] = ("copy", "goto", "back")

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry
        self.where = f"Help › {entry.mark}"

    def body(self) -> Iterable[Widget]:
        with VerticalScroll(id="page"):
            yield Words(Content(f"{self._entry.mark}  {self._entry.title}"), classes="title")
            yield Words(Content(self._entry.text), id="text")

    def on_mount(self) -> None:
        self.query_one("#page").focus()
        self.say(self._entry.part)

    def action_copy(self) -> None:
        self.copy(f"{self._entry.mark} {self._entry.title}\n{self._entry.text}")


def _rows(found: list[Entry]) -> list[Row]:
    rows: list[Row] = []
    part = ""
    for entry in found:
        if entry.part != part:
            part = entry.part
            rows += [row(f"gap/{part}", "", heading=True)] if rows else []
            rows.append(row(f"part/{part}", part, heading=True))
        mark = f"  {entry.mark}".ljust(_CELLS.get(entry.part, _MARK_CELLS))
        rows.append(row(entry.id, Content.styled(mark, "$accent"), entry.title, wide=True))
    return rows
