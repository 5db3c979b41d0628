"""Forms: fields two rows apart, then their buttons; Enter goes on, at the end to the primary button."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widget import Widget

from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import Entered


class Buttons(Horizontal):
    """A row of buttons, beginning where the fields do."""


class Form(VerticalScroll, can_focus=False):
    """A form; the primary button of its first row is what Enter in the last field presses."""

    BINDINGS: ClassVar[list[BindingType]] = []

    class Completed(Message):
        """Enter in the last field, or its primary button: the form is to be checked."""

        def __init__(self, form: Form) -> None:
            super().__init__()
            self.form = form

        @property
        def control(self) -> Form:
            return self.form

    def controls(self) -> list[Widget]:
        """The fields that can be filled, in their order."""
        return [
            widget for widget in self.query("TextField, ChoiceField, ToggleGrid").results(Widget) if widget.focusable
        ]

    def on_entered(self, event: Entered) -> None:
        event.stop()
        controls = self.controls()
        place = controls.index(event.field)
        if place + 1 < len(controls):
            controls[place + 1].focus()
        else:
            self.post_message(self.Completed(self))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.has_class("-primary") and event.button.parent is self.query(Buttons).first():
            event.stop()
            self.post_message(self.Completed(self))
