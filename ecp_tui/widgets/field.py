"""Fields of forms: label, strip and note in one row; the strip is a shade lighter while it has the focus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.rules.shown import shown
from ecp_tui.widgets.keys import KEYS
from ecp_tui.widgets.words import Words

_ELSEWHERE: Final = frozenset({"submit", "copy"})
_EDITS: Final = {
    key: binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding) and binding.action not in _ELSEWHERE
    for key in binding.key.split(",")
}
"""What Input's own keys do with its text."""


class Entered(Message):
    """Enter was pressed in a field."""

    def __init__(self, control: Widget) -> None:
        super().__init__()
        self.field = control


class TextField(Input):
    """A strip to type in; a paste is cleaned as a whole, and a password never leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(KEYS["undo"].keys, "undo", KEYS["undo"].word, id="undo", tooltip=KEYS["undo"].tooltip, show=False)
    ]

    def __init__(
        self,
        value: str = "",
        *,
        id: str,
        placeholder: str = "",
        password: bool = False,
        clean: Callable[[str], str] = str.strip,
        max_length: int = 1000,
    ) -> None:
        self._before: list[str] = []
        self._undoing = False
        super().__init__(
            value,
            placeholder,
            id=id,
            password=password,
            max_length=max_length,
            compact=True,
            select_on_focus=False,
        )
        self.clean = clean

    def on_mount(self) -> None:
        self.cursor_blink = False

    async def on_key(self, event: events.Key) -> None:
        """Edits in the order of the keys: left to its binding, an edit waits while letters typed after it go ahead."""
        if event.key in _EDITS:
            event.prevent_default()
            event.stop()
            await self.run_action(_EDITS[event.key])

    def on_paste(self, event: events.Paste) -> None:
        """Takes the whole paste, cleaned; Input alone keeps its first line and what fits its pattern."""
        event.prevent_default()
        event.stop()
        text = " ".join(self.clean(event.text).split("\n"))
        if not self.password:  # what is shown must hold nothing that a terminal obeys
            text = shown(text)
        self.replace(text, *self.selection)

    def watch_value(self, before: str, _after: str) -> None:
        if self.is_mounted and not self.password and not self._undoing:
            self._before.append(before)
        self._undoing = False

    def action_undo(self) -> None:
        if self._before:
            self._undoing = True
            self.value = self._before.pop()
            self.cursor_position = len(self.value)

    def action_copy(self) -> None:
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        if not self.password:
            super().action_cut()

    async def action_submit(self) -> None:
        self.post_message(Entered(self))


class DateField(TextField):
    """An ISO date; ↑ and ↓ change it by a day."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(1)", KEYS["later"].word, id="later", tooltip=KEYS["later"].tooltip, show=False),
        Binding("down", "move(-1)", KEYS["earlier"].word, id="earlier", tooltip=KEYS["earlier"].tooltip, show=False),
    ]

    @property
    def day(self) -> date | None:
        """What is typed, if it is a date."""
        try:
            return date.fromisoformat(self.value.strip())
        except ValueError:
            return None

    def action_move(self, days: int) -> None:
        if self.day is not None:
            self.value = (self.day + timedelta(days=days)).isoformat()
            self.cursor_position = len(self.value)


class ChoiceField(Widget, can_focus=True):
    """A strip showing one of a few options; ↑ ↓ or a click choose another, None is none chosen yet."""

    ALLOW_SELECT: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right,space", "move(1)", "next choice", show=False),
        Binding("up,left", "move(-1)", "choice before", show=False),
        Binding("enter", "submit", "next field", show=False),
    ]
    value: reactive[str | None] = reactive(None)
    options: reactive[tuple[tuple[str, str], ...]] = reactive(())

    class Changed(Message):
        """Another option was chosen, by the person or by the screen."""

        def __init__(self, field: ChoiceField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> ChoiceField:
            return self.field

    def __init__(self, options: Sequence[tuple[str, str]] = (), *, id: str, placeholder: str = "↑ ↓ to choose") -> None:
        super().__init__(id=id)
        self.placeholder = placeholder
        self.set_reactive(ChoiceField.options, tuple(options))

    def render(self) -> RenderResult:
        label = next((label for value, label in self.options if value == self.value), None)
        more = " ↕" if len(self.options) > 1 else ""
        room = self.size.width - len(more)
        shown = Content(label) if label is not None else Content.styled(self.placeholder, "$raised")
        shown = shown.truncate(room, ellipsis=True)
        return Content.assemble(shown, " " * (room - shown.cell_length), (more, "$raised"))

    def watch_value(self) -> None:
        if self.is_mounted:
            self.post_message(self.Changed(self))

    def action_move(self, step: int) -> None:
        values = [value for value, _ in self.options]
        if not values:
            return
        place = values.index(self.value) + step if self.value in values else (0 if step > 0 else -1)
        self.value = values[place % len(values)]

    def action_submit(self) -> None:
        self.post_message(Entered(self))

    def on_click(self) -> None:
        self.action_move(1)


class Field(Horizontal):
    """One row of a form: its label right-aligned, the control, and a note beside it."""

    note: reactive[Content] = reactive(Content(""), always_update=True)

    def __init__(self, label: str, control: TextField | ChoiceField) -> None:
        super().__init__()
        self.control = control
        self._label = Words(Content(label), classes="field-label")
        self._note = Words(Content(""), classes="field-note")

    def compose(self) -> ComposeResult:
        yield self._label
        yield self.control
        yield self._note

    def watch_note(self, note: Content) -> None:
        self._note.update(note)

    def relabel(self, label: str) -> None:
        self._label.update(Content(label))
