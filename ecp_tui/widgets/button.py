"""Buttons: strips of one row, of which the primary one has the accent colour."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


class Button(Widget, can_focus=True):
    """One act, named by what it does; Enter or a click presses it."""

    ALLOW_SELECT: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "press", "Press", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    class Pressed(Message):
        """The button was pressed."""

        def __init__(self, button: Button) -> None:
            super().__init__()
            self.button = button

        @property
        def control(self) -> Button:
            return self.button

    def __init__(self, label: str, *, id: str, primary: bool = False, disabled: bool = False) -> None:
        super().__init__(id=id, classes="-primary" if primary else None, disabled=disabled)
        self.label = label

    def render(self) -> RenderResult:
        return Content(self.label)

    def get_content_width(self, container: object, viewport: object) -> int:
        return Content(self.label).cell_length

    def action_press(self) -> None:
        self.post_message(self.Pressed(self))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_press()
