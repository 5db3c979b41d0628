"""The filter form of the inbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import InboxFilter, InboxFolder
from ecp_tui.screens.base import EcpScreen
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, DateField, Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.words import Words

_STATES: Final = (
    ("waiting", "waiting"),
    ("again", "waiting once more"),
    ("collected", "collected"),
    ("all", "all that stands"),
)


def filter_words(wanted: InboxFilter) -> str:
    """The filter as a title's facts: collected · SD-1 · 01234."""
    state = dict(_STATES)[wanted.state] if wanted.state != "waiting" else ""
    words = (state, wanted.folder, wanted.identity_code, wanted.input_date and wanted.input_date.isoformat())
    return " · ".join(word for word in words if word)


class InboxFilterScreen(EcpScreen):
    """What is shown of the inbox; empty fields do not narrow it."""

    CSS_PATH: ClassVar = "activity_filter.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "back")
    HELP_TOPIC: ClassVar[str] = "inbox"
    where = "Operator › Inbox › filter"

    def __init__(
        self, wanted: InboxFilter, folders: Sequence[InboxFolder], done: Callable[[InboxFilter], None]
    ) -> None:
        super().__init__()
        self._wanted, self._folders, self._done = wanted, folders, done

    def body(self) -> Iterable[Widget]:
        folders = [("", "all"), *((one.folder, f"{one.folder}  {one.title}") for one in self._folders)]
        yield Words("Filter", classes="title")
        with Form():
            yield Field("Show", ChoiceField(_STATES, id="state"))
            yield Field("Folder", ChoiceField(folders, id="folder"))
            yield Field("Identity", TextField(id="identity_code", placeholder="all", max_length=12))
            yield Field("Input date", DateField(id="input_date", placeholder="YYYY-MM-DD", max_length=10))
            with Buttons():
                yield Button("Filter", id="apply", primary=True)
                yield Button("Clear", id="clear")

    def on_mount(self) -> None:
        self._fill(self._wanted)
        self.query_one("#state").focus()
        self.say("what is left empty or on “all” does not narrow the list")

    def _fill(self, wanted: InboxFilter) -> None:
        for name, value in wanted.model_dump(mode="json").items():
            control = self.query_one(f"#{name}")
            if isinstance(control, ChoiceField | TextField):
                control.value = value or ""

    def hint_word(self, key: str) -> str:
        return "filter" if key == "check" else ""

    def on_form_completed(self) -> None:
        self.action_check()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "clear":
            self._fill(InboxFilter())
            self.query_one("#state").focus()

    def action_check(self) -> None:
        day = self.query_one("#input_date", DateField)
        if day.value.strip() and day.day is None:
            row = next(one for one in self.query(Field) if one.control is day)
            row.note = Content.styled("✕ YYYY-MM-DD", "$error")
            day.focus()
            return
        choices = {name: self.query_one(f"#{name}", ChoiceField).value for name in ("state", "folder")}
        code = self.query_one("#identity_code", TextField).value.strip().upper()
        wanted = choices | {"identity_code": code, "input_date": day.day}
        self._done(InboxFilter.model_validate({name: value for name, value in wanted.items() if value}))
        self.action_back()
