"""All that was found wrong in a file: one line each, to be read beside the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import Refused
from backend.contract.rules.content import MOST_FINDINGS
from ecp_tui import wording
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.facts import facts
from ecp_tui.widgets.words import Words

_MARGINS = 6
_WIDEST_PLACE = 34


class FindingsScreen(EcpScreen):
    """The list of a 4514, whoever found it: this computer or the server."""

    CSS_PATH: ClassVar = "findings.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("copy",)
    HINTS: ClassVar[tuple[str, ...]] = ("copy", "back")
    HELP_TOPIC: ClassVar[str] = "submit"
    where = "Submit › findings"

    def __init__(self, file_name: str, refused: Refused) -> None:
        super().__init__()
        self._file_name = file_name
        self._refused = refused

    def body(self) -> Iterable[Widget]:
        yield Words(Content.assemble(("✕ ", "bold $error"), (self._file_name, "bold")), classes="title")
        yield Words(f"{self._refused.number}  {self._refused.title}\n{self._refused.remedy}", classes="facts")
        with VerticalScroll(id="findings"):
            yield Words(in_columns(self._refused.findings, self.app.size.width - _MARGINS))

    def on_mount(self) -> None:
        self.query_one("#findings").focus()
        found = len(self._refused.findings)
        first = "the first " if found >= MOST_FINDINGS else ""
        self.say(f"{first}{wording.count(found, 'finding')} · rows are counted as an editor counts lines")

    def hint_word(self, key: str) -> str:
        return "copy all" if key == "copy" else ""

    def action_copy(self) -> None:
        self.copy("\n".join(self._refused.findings))


def in_columns(findings: Sequence[str], within: int) -> Content:
    """Where it is, then what is wrong there."""
    parts = [finding.partition(": ") for finding in findings]
    width = min(_WIDEST_PLACE, max((len(place) for place, _, _ in parts), default=0)) + 2
    return facts(((place, wrong) for place, _, wrong in parts), width, within)
