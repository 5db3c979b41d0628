"""A strip of many lines to type in; a paste is cleaned as a whole."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from backend.contract.rules.shown import shown_lines
from ecp_tui.widgets.keys import KEYS

_ELSEWHERE: Final = frozenset({"f6", "f7", "ctrl+a", "ctrl+c"})
"""What these keys mean on every page, or a terminal keeps for itself."""


def _own() -> list[BindingType]:
    """Its own keys but those; and undo, which the table has."""
    own: list[BindingType] = []
    for binding in TextArea.BINDINGS:
        assert isinstance(binding, Binding)  # noqa: S101  Textual writes all of them so
        keys = [key for key in binding.key.split(",") if not key.startswith(("super", "alt", "ctrl+shift"))]
        keys = [key for key in keys if key not in _ELSEWHERE and binding.action != "undo"]
        if keys:
            own.append(Binding(",".join(keys), binding.action, binding.description, show=False))
    undo = KEYS["undo"]
    return [*own, Binding(undo.keys, "undo", undo.word, id="undo", tooltip=undo.tooltip, show=False)]


class Lines(TextArea, inherit_bindings=False):
    """Tab goes to the next field, as everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = _own()

    def __init__(self, text: str = "", *, id: str) -> None:
        super().__init__(text, id=id, show_line_numbers=True, soft_wrap=False, compact=True, tab_behavior="focus")

    def on_mount(self) -> None:
        self.cursor_blink = False

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        pasted = shown_lines(event.text.replace("\r\n", "\n").replace("\r", "\n"))
        if result := self._replace_via_keyboard(pasted, *self.selection):
            self.move_cursor(result.end_location)
