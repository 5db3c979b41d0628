"""The filter form of the audit log: what is left empty means all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import LogFilter
from ecp_tui.screens.base import EcpScreen
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, DateField, Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.words import Words

_ALL: Final = ("", "all")
_CHANNELS: Final = ("console", "http", "sftp", "existing", "server")


def filter_words(wanted: LogFilter) -> str:
    """The filter as a title's facts: since 2026-11-20 · CHAN01 · “locked”."""
    words: list[str] = []
    if wanted.from_date and wanted.to_date:
        words.append(f"{wanted.from_date} – {wanted.to_date}")
    elif wanted.from_date:
        words.append(f"since {wanted.from_date}")
    elif wanted.to_date:
        words.append(f"until {wanted.to_date}")
    plain = (wanted.act, wanted.login_id, wanted.subject, wanted.company, wanted.folder, wanted.channel)
    words += [word for word in plain if word]
    if wanted.text:
        words.append(f"“{wanted.text}”")
    return " · ".join(words)


class AuditFilterScreen(EcpScreen):
    """All optional; whatever is asked for, only what one may see is found."""

    CSS_PATH: ClassVar = "activity_filter.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "back")
    HELP_TOPIC: ClassVar[str] = "audit"
    where = "Audit log › filter"

    def __init__(self, wanted: LogFilter, done: Callable[[LogFilter], None]) -> None:
        super().__init__()
        self._wanted, self._done = wanted, done

    def body(self) -> Iterable[Widget]:
        yield Words("Filter", classes="title")
        with Form():
            yield Field("Done from", DateField(id="from_date", placeholder="YYYY-MM-DD", max_length=10))
            yield Field("to", DateField(id="to_date", placeholder="YYYY-MM-DD", max_length=10))
            yield Field("By login ID", TextField(id="login_id", placeholder="all", max_length=40))
            yield Field("About", TextField(id="subject", placeholder="all", max_length=100))
            if self.context.staff:
                yield Field("Company", TextField(id="company", placeholder="all", max_length=40))
            yield Field("Folder", TextField(id="folder", placeholder="all", max_length=40))
            yield Field("Channel", ChoiceField([_ALL, *((one, one) for one in _CHANNELS)], id="channel"))
            yield Field("Act", TextField(id="act", placeholder="all, or such as signed-in", max_length=40))
            yield Field("Words", TextField(id="text", placeholder="all", max_length=100))
            with Buttons():
                yield Button("Filter", id="apply", primary=True)
                yield Button("Clear", id="clear")

    def on_mount(self) -> None:
        self._fill(self._wanted)
        self.query_one("#from_date").focus()
        self.say("what is left empty does not narrow the list")

    def _fill(self, wanted: LogFilter) -> None:
        for name, value in wanted.model_dump(mode="json").items():
            for control in self.query(f"#{name}"):
                if isinstance(control, ChoiceField | TextField):
                    control.value = value or ""

    def hint_word(self, key: str) -> str:
        return "filter" if key == "check" else ""

    def on_form_completed(self) -> None:
        self.action_check()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "clear":
            self._fill(LogFilter())
            self.query_one("#from_date").focus()

    def action_check(self) -> None:
        wanted: dict[str, Any] = {}
        for row in self.query(Field):
            row.note = Content("")
            control = row.control
            value = (control.value or "").strip()
            if isinstance(control, DateField) and value and control.day is None:
                self._wrong(row, "YYYY-MM-DD")
                return
            if value:
                wanted[control.id or ""] = value.upper() if control.id in _CODES else value
            try:
                LogFilter.model_validate(wanted)
            except ValueError:
                self._wrong(row, "nothing is called so")
                return
        self._done(LogFilter.model_validate(wanted))
        self.action_back()

    def _wrong(self, row: Field, words: str) -> None:
        row.note = Content.styled(f"✕ {words}", "$error")
        row.control.focus()


_CODES: Final = frozenset({"login_id", "company", "folder"})
