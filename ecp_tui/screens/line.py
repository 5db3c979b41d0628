"""What the person types elsewhere, because this program cannot: one line, to be copied."""

from __future__ import annotations

import re
import shlex
from typing import ClassVar, Final, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from ecp_tui.widgets.button import Button
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.words import Words

_ODD: Final = re.compile(r"""["'%^&|<>$`!]""")
"""What no quoting carries through PowerShell and cmd alike."""


class Lines(NamedTuple):
    """The same for the shells there are; PowerShell's is empty where it has no way to say it."""

    shell: str
    powershell: str


def lines(command: str, sign: str, name: str) -> Lines:
    """`command` with the file of this name as its input, `<`, or its output, `>`.

    PowerShell knows no `<`, and its `>` writes text in UTF-16: there, cmd does it.
    """
    quoted = shlex.quote(name)
    shell = f"{command} {sign} {quoted}"
    if _ODD.search(command):
        return Lines(shell, "")
    if quoted == name:
        return Lines(shell, f'cmd /c "{shell}"')
    windows = "FILE" if _ODD.search(name) else f'"{name}"'
    return Lines(shell, f"cmd /c '{command} {sign} {windows}'")


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
