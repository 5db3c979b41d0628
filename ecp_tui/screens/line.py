"""What the person types elsewhere, because this program cannot: one line, to be copied."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from ecp_tui.widgets.button import Button
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.words import Words


class LineDialog(ModalScreen[None]):
    """A line for another terminal. It is sent to this one's clipboard, which cannot confirm it, and shown."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "back"), Binding("c", "copy", "copy")]

    def __init__(self, title: str, line: str, words: str = "Type this in a terminal of your own:") -> None:
        super().__init__()
        self._title, self._line, self._words = title, line, words

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Words(Content.styled(self._title, "bold"), classes="dialog-title")
            yield Words(Content.assemble(self._words, "\n\n", (self._line, "bold")), classes="dialog-words")
            with Buttons():
                yield Button("Copy", id="copy", primary=True)
                yield Button("Close", id="close")
            yield Words(Content.styled("c copies · Esc back", "$raised"), classes="dialog-keys")

    def on_mount(self) -> None:
        self.query_one("#copy").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "copy":
            self.action_copy()
        else:
            self.dismiss()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._line)
        self.dismiss()
        self.app.notify(f"Sent to the terminal's clipboard:\n{self._line}", markup=False)
