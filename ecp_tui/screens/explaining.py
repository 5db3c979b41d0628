"""What wants an explanation before a file is submitted, and the field for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from backend.contract.faults import Refused
from backend.contract.rules.expectations import LONGEST_EXPLANATION, explanation_of
from ecp_tui import wording
from ecp_tui.screens.ask import AskDialog
from ecp_tui.screens.findings import in_columns
from ecp_tui.widgets.field import Field, TextField
from ecp_tui.widgets.words import Words

_MARGINS = 6
_WHY = "why the file is right all the same"


class Explaining(Vertical):
    """The findings, a line each, and below them the words of the person; away where nothing was found."""

    def __init__(self, typed: str) -> None:
        super().__init__()
        self._field = TextField(typed, id="explanation", placeholder=_WHY, max_length=LONGEST_EXPLANATION)

    def compose(self) -> ComposeResult:
        yield Words(id="found-title")
        with VerticalScroll(can_focus=False):
            yield Words(id="found")
        yield Field("Explanation", self._field)

    def on_mount(self) -> None:
        self.display = False

    @property
    def typed(self) -> str:
        return self._field.value.strip()

    def ask(self, found: Sequence[str], *, focus: bool) -> None:
        """Shows what was found; `focus` takes the person to the field."""
        title = f"{wording.count(len(found), 'finding')} to explain, or to correct in the file"
        self.query_one("#found-title", Words).update(Content.assemble(("! ", "bold $warning"), (title, "bold")))
        self.query_one("#found", Words).update(in_columns(found, self.app.size.width - _MARGINS))
        self.display = True
        if focus:
            self._field.focus()


class ExplanationDialog(AskDialog):
    """Why one file, or several, are right all the same."""

    CSS_PATH: ClassVar = "explaining.tcss"

    def __init__(self, what: str, found: str) -> None:
        """`what` is explained: 2 findings in a file."""
        super().__init__(f"Explain {what}", found, yes="Explain", label="Explanation", placeholder=_WHY)

    def take(self, answer: str) -> None:
        try:
            self.dismiss(explanation_of(answer))
        except Refused as refused:
            self.say_wrong(Content(refused.what))
