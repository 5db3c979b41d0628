"""What the person types elsewhere, because this program cannot: one line, to be copied."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from ecp_tui.lines import Lines
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.words import Words


class LineDialog(ModalScreen[None]):
    """A line for another terminal. It is sent to this one's clipboard, which cannot confirm it, and shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "back"),
        Binding("c", "copy", "copy"),
        Binding("C", "copy_for_powershell", "copy for PowerShell"),
    ]

    def __init__(self, title: str, given: Lines) -> None:
        super().__init__()
        self._title, self._lines = title, given

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Words(Content.styled(self._title, "bold"), classes="dialog-title")
            yield Words(self._said(), classes="dialog-words")
            with Buttons():
                yield Button("Copy", id="copy", primary=True)
                yield Button("Close", id="close")
            yield Words(Content.styled(self._keys, "$raised"), classes="dialog-keys")

    def _said(self) -> Content:
        said = Content.assemble("Type this in a terminal of your own:", "\n\n", (self._lines.shell, "bold"))
        if self._lines.powershell:
            said = Content.assemble(said, "\n\nIn Windows PowerShell:\n\n", self._lines.powershell)
        return said

    @property
    def _keys(self) -> str:
        return "c copies · C for PowerShell · Esc back" if self._lines.powershell else "c copies · Esc back"

    def on_mount(self) -> None:
        self.query_one("#copy").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "copy":
            self.action_copy()
        else:
            self.dismiss()

    def action_copy(self) -> None:
        self._copied(self._lines.shell)

    def action_copy_for_powershell(self) -> None:
        if self._lines.powershell:
            self._copied(self._lines.powershell)

    def _copied(self, line: str) -> None:
        self.app.copy_to_clipboard(line)
        self.dismiss()
        self.app.notify(f"Sent to the terminal's clipboard:\n{line}", markup=False)
