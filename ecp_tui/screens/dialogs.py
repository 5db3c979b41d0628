"""Dialogs: a question with a safe answer, and a list to choose from by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import TextField
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words


class ConfirmDialog(ModalScreen[bool]):
    """A question. The safe answer has the focus; the other button says the consequence. y and n answer, too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "yes"),
        Binding("n,escape", "answer(False)", "no"),
    ]

    def __init__(self, title: str, words: str | Content, *, yes: str, no: str = "Cancel") -> None:
        super().__init__()
        self._title = title
        self._words = Content(words) if isinstance(words, str) else words
        self._yes, self._no = yes, no

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Words(Content.styled(self._title, "bold"), classes="dialog-title")
            yield Words(self._words, classes="dialog-words")
            with Buttons():
                yield Button(self._no, id="no", primary=True)
                yield Button(self._yes, id="yes")
            yield Words(Content.styled("y yes · n no · Esc no", "$raised"), classes="dialog-keys")

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


class AnswerDialog(ModalScreen[str]):
    """A question with several answers, each `(id, letter, button)`; the first one is safe and has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "safe", "back")]

    def __init__(self, title: str, words: str | Content, answers: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self._title = title
        self._words = Content(words) if isinstance(words, str) else words
        self._answers = tuple(answers)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Words(Content.styled(self._title, "bold"), classes="dialog-title")
            yield Words(self._words, classes="dialog-words")
            with Buttons():
                for place, (id_, _, label) in enumerate(self._answers):
                    yield Button(label, id=id_, primary=place == 0)
            keys = [f"{letter} {label.lower()}" for _, letter, label in self._answers]
            safe = f"Esc {self._answers[0][2].lower()}"
            yield Words(Content.styled(" · ".join([*keys, safe]), "$raised"), classes="dialog-keys")

    def on_mount(self) -> None:
        self.query_one(f"#{self._answers[0][0]}").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id or self._answers[0][0])

    def on_key(self, event: events.Key) -> None:
        for id_, letter, _ in self._answers:
            if event.character == letter:
                self.dismiss(id_)

    def action_safe(self) -> None:
        self.dismiss(self._answers[0][0])


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a `Chooser`; with a `reason` it is shown dim and cannot be chosen."""

    id: str
    key: str
    name: str
    tooltip: str
    reason: str = ""


class Chooser(ModalScreen[str | None]):
    """A list filtered by typing; Enter answers with the id of the line under the cursor, Esc with nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear_or_close", "back"),
        Binding("down", "move(1)", "down", priority=True),
        Binding("up", "move(-1)", "up", priority=True),
        Binding("pagedown", "page(1)", "page down", priority=True),
        Binding("pageup", "page(-1)", "page up", priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], *, by_key: bool = False) -> None:
        """`by_key`: a line's own key chooses it at once, and nothing is filtered."""
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        self._by_key = by_key

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog chooser"):
            yield Words(Content.styled(self._title, "bold"), classes="dialog-title")
            typed = TextField(id="typed", placeholder="type to filter")
            typed.disabled = self._by_key  # or it would have the focus, unseen, when a key is typed at once
            yield typed
            columns = (Column("Key", 12), Column("Act", 15), Column("What it does", 20, grows=True))
            yield Table(columns, id="choices", empty="Nothing of that name. Esc clears.", titles=False)
            yield Words(Content.styled("Enter chooses · Esc back", "$raised"), classes="dialog-keys")

    def on_mount(self) -> None:
        typed = self.query_one("#typed", TextField)
        typed.display = not self._by_key
        table = self.query_one(Table)
        table.styles.height = len(self._choices)
        self._filter("")
        (table if self._by_key else typed).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._filter(event.value)

    def _filter(self, typed: str) -> None:
        words = typed.casefold().split()
        self.query_one(Table).show([_line(choice) for choice in self._choices if _has(choice, words)])

    def on_key(self, event: events.Key) -> None:
        chosen = next((choice for choice in self._choices if choice.key == event.character), None)
        if self._by_key and chosen is not None:
            self._choose(chosen.id)

    def on_entered(self) -> None:
        self.query_one(Table).action_open()

    def on_table_opened(self, event: Table.Opened) -> None:
        self._choose(event.row.key)

    def _choose(self, id_: str) -> None:
        choice = next(choice for choice in self._choices if choice.id == id_)
        if choice.reason:
            self.notify(f"{choice.name}: {choice.reason}.", markup=False)
        else:
            self.dismiss(id_)

    def action_move(self, step: int) -> None:
        self.query_one(Table).action_move(step)

    def action_page(self, way: int) -> None:
        self.query_one(Table).action_page(way)

    def action_clear_or_close(self) -> None:
        typed = self.query_one("#typed", TextField)
        if typed.value and not self._by_key:
            typed.value = ""
        else:
            self.dismiss(None)


def _has(choice: Choice, words: list[str]) -> bool:
    text = f"{choice.key} {choice.name} {choice.tooltip}".casefold()
    return all(word in text for word in words)


def _line(choice: Choice) -> Row:
    key = Content.styled(choice.key, "$accent" if not choice.reason else "$raised")
    return row(choice.id, key, choice.name, choice.reason or choice.tooltip, dim=bool(choice.reason))
