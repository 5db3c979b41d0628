"""The first two steps of the form wizard: which form, and for which company."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Service
from backend.contract.rules.forms import TITLES
from ecp_tui.screens.form_administrators import FormAdministratorsScreen
from ecp_tui.screens.form_draft import BOTH, FORM_NAMES, fitting
from ecp_tui.screens.form_identities import FormIdentitiesScreen
from ecp_tui.screens.form_page import FormPage
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.table import Column, Table, row
from ecp_tui.widgets.words import Words

_CHOICES: Final[tuple[tuple[str, tuple[Service, ...], str, str], ...]] = (
    ("ecp", ("ecp",), FORM_NAMES["ecp"], "user types, identity codes, administrators of ECP"),
    ("client_connect", ("client_connect",), FORM_NAMES["client_connect"], "administrators of Client Connect"),
    ("both", BOTH, "Both forms", "administrators of both services: two forms (Q12)"),
)


class FormChoiceScreen(FormPage):
    """Which of the two forms, or both of them filled in once."""

    CSS_PATH: ClassVar = "form_page.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("open", "back")

    def __init__(self) -> None:
        super().__init__()
        self.where = "Forms › which, 1 of 5"

    def body(self) -> Iterable[Widget]:
        yield Words("Which form?", classes="title")
        yield Words("A change of administrators for both services needs both forms (Q12).", classes="facts")
        yield Table((Column("", 20), Column("", 40, grows=True)), id="choices", titles=False)
        yield Words(id="whole")

    def on_mount(self) -> None:
        table = self.query_one("#choices", Table)
        table.show([row(id_, f" {name}", what) for id_, _, name, what in _CHOICES])
        chosen = next((id_ for id_, services, _, _ in _CHOICES if services == self.draft.services), "ecp")
        table.go_to(chosen)
        table.focus()
        self.say("Enter chooses · what is typed later is kept, whichever form it is")

    def on_table_moved(self, event: Table.Moved) -> None:
        lines: list[Content | str | tuple[str, str]] = []
        for service in _services(event.row.key):
            lines += [(TITLES[service], "bold"), (f"\nto {self.team(service)}\n\n", "$muted")]
        self.query_one("#whole", Words).update(Content.assemble(*lines))

    def on_table_opened(self, event: Table.Opened) -> None:
        if self.draft.services != _services(event.row.key):
            self.draft.services = _services(event.row.key)
            self.draft.touched()
        self.open(FormCompanyScreen())


class FormCompanyScreen(FormPage):
    """The company's code and name."""

    CSS_PATH: ClassVar = "form_page.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "back")

    def body(self) -> Iterable[Widget]:
        self.where = self.step("company", 2)
        draft = self.draft
        if not draft.company and (me := self.context.me) is not None and me.company is not None:
            draft.company, draft.company_name = me.company, me.company_name
        yield Words("The company", classes="title")
        yield Words("A company that is new here chooses its code.", classes="facts")
        with Form():
            yield Field("Company code", TextField(draft.company, id="company", placeholder="ACME", max_length=12))
            yield Field("Company name", TextField(draft.company_name, id="company_name", max_length=80))
            with Buttons():
                yield Button("Next", id="next", primary=True)
                yield Button("Back", id="back")

    def on_mount(self) -> None:
        self.query_one("#company").focus()
        self.say(self.draft.words)

    def on_input_changed(self) -> None:
        before, draft = (self.draft.company, self.draft.company_name), self.draft
        draft.company = self.query_one("#company", TextField).value.strip().upper()
        draft.company_name = self.query_one("#company_name", TextField).value.strip()
        if before != (draft.company, draft.company_name):
            draft.touched()
        self.clear_fault()

    def on_form_completed(self) -> None:
        self.action_check()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "back":
            self.action_back()

    def action_check(self) -> None:
        self.ask(self._next())

    async def _next(self) -> None:
        fitting("company", self.draft.company)
        fitting("name", self.draft.company_name)
        self.open(FormIdentitiesScreen() if "ecp" in self.draft.services else FormAdministratorsScreen())


def _services(choice: str) -> tuple[Service, ...]:
    return next(services for id_, services, _, _ in _CHOICES if id_ == choice)
