"""The filter form of Activity Enquiry: what is left empty means all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, get_args

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from backend.contract.messages import ActivityFilter, State
from ecp_tui.screens.base import EcpScreen
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, DateField, Field, TextField
from ecp_tui.widgets.form import Buttons, Form

_ALL = ("", "all")
_STATES = (*(one for one in get_args(State) if one != "refused"), "refused")
"""What is looked for most is one step up from all."""
_CHANNELS = ("console", "http", "sftp")


def filter_words(wanted: ActivityFilter) -> str:
    """The filter as a title's facts: SD-1 · refused · name has "2022-05"."""
    words: list[str] = []
    if wanted.from_date and wanted.to_date:
        words.append(f"{wanted.from_date} – {wanted.to_date}")
    elif wanted.from_date:
        words.append(f"since {wanted.from_date}")
    elif wanted.to_date:
        words.append(f"until {wanted.to_date}")
    plain = (wanted.folder, wanted.identity_code, wanted.login_id, wanted.channel, wanted.state)
    words += [word for word in plain if word]
    if wanted.name:
        words.append(f"name has “{wanted.name}”")
    if wanted.sha256:
        words.append(f"SHA-256 {wanted.sha256}…")
    return " · ".join(words)


class FilterScreen(EcpScreen):
    """Nine fields, all optional."""

    CSS_PATH: ClassVar = "activity_filter.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "back")
    HELP_TOPIC: ClassVar[str] = "Activity"
    where = "Activity › filter"

    def __init__(self, wanted: ActivityFilter, done: Callable[[ActivityFilter], None]) -> None:
        super().__init__()
        self._wanted, self._done = wanted, done

    def body(self) -> Iterable[Widget]:
        folders = [_ALL, *((one.folder, f"{one.folder}  {one.title}") for one in self.context.folders)]
        identities = self.context.me.identities if self.context.me else ()
        codes = [_ALL, *((one.identity_code, f"{one.identity_code}  {one.name}") for one in identities)]
        yield Static(Content("Filter"), classes="title")
        with Form():
            yield Field("Received from", DateField(id="from_date", placeholder="YYYY-MM-DD", max_length=10))
            yield Field("to", DateField(id="to_date", placeholder="YYYY-MM-DD", max_length=10))
            yield Field("Folder", ChoiceField(folders, id="folder"))
            yield Field("Identity", ChoiceField(codes, id="identity_code"))
            yield Field("Login ID", TextField(id="login_id", placeholder="all", max_length=40))
            yield Field("Channel", ChoiceField([_ALL, *((one, one) for one in _CHANNELS)], id="channel"))
            yield Field("State", ChoiceField([_ALL, *((one, one) for one in _STATES)], id="state"))
            yield Field("Part of the file name", TextField(id="name", placeholder="all", max_length=200))
            yield Field("SHA-256 begins with", TextField(id="sha256", placeholder="all", clean=_digits, max_length=90))
            with Buttons():
                yield Button("Filter", id="apply", primary=True)
                yield Button("Clear", id="clear")

    def on_mount(self) -> None:
        self._fill(self._wanted)
        self.query_one("#from_date").focus()
        self.say("what is left empty or on “all” does not narrow the list")

    def _fill(self, wanted: ActivityFilter) -> None:
        for name, value in wanted.model_dump(mode="json").items():
            control = self.query_one(f"#{name}")
            if isinstance(control, ChoiceField | TextField):
                control.value = value or ""

    async def load(self, background: bool) -> None:
        if not self.context.folders:
            self.context.folders = tuple(await self.context.client.folders(background=background))
            options = tuple((one.folder, f"{one.folder}  {one.title}") for one in self.context.folders)
            self.query_one("#folder", ChoiceField).options = (_ALL, *options)

    def hint_word(self, key: str) -> str:
        return "filter" if key == "check" else ""

    def on_form_completed(self) -> None:
        self.action_check()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "clear":
            self._fill(ActivityFilter())
            self.query_one("#from_date").focus()

    def action_check(self) -> None:
        wanted: dict[str, Any] = {}
        for row in self.query(Field):
            row.note = Content("")
            control = row.control
            if isinstance(control, DateField) and control.value.strip() and control.day is None:
                self._wrong(row, "YYYY-MM-DD")
                return
            value = (control.value or "").strip()
            wanted[control.id or ""] = _digits(value).lower() if control.id == "sha256" else value
        try:
            asked = ActivityFilter.model_validate({name: value for name, value in wanted.items() if value})
        except ValueError:
            self._wrong(next(row for row in self.query(Field) if row.control.id == "sha256"), "0–9, a–f")
            return
        self._done(asked)
        self.action_back()

    def _wrong(self, row: Field, words: str) -> None:
        row.note = Content.styled(f"✕ {words}", "$error")
        row.control.focus()


def _digits(text: str) -> str:
    return "".join(text.split())
