"""The delegated administrators on a form: whom to appoint, keep or remove, for each service apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.messages import Service
from backend.contract.rules.forms import FEWEST, SERVICE_NAMES
from ecp_tui.screens.form_draft import Action, AdministratorLine, fitting
from ecp_tui.screens.form_page import LinePage, LinesPage, asked_for
from ecp_tui.screens.form_review import FormReviewScreen
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.table import Column, Table
from ecp_tui.widgets.words import Words

_ACTIONS: Final = (("appoint", "appoint"), ("keep", "keep"), ("remove", "remove"))
_NOT: Final = ("", "not on this form")
_TEXTS: Final = ("login_id", "name", "email", "phone")


class FormAdministratorsScreen(LinesPage):
    """The list; beside it how many each service keeps. F8 goes on when there are two of each."""

    def body(self) -> Iterable[Widget]:
        self.where = self.step("administrators", 4)
        services = self.draft.services
        columns = [Column("Login ID", 9), Column("Name", 14, grows=True)]
        columns += [Column(SERVICE_NAMES[service], 14) for service in services]
        columns += [Column("E-mail", 18, 2, grows=True), Column("Telephone", 14, 3)]
        yield Words("Delegated administrators", classes="title")
        yield Words("All of each service, whoever stays as well: a maker and a checker at least.", classes="facts")
        yield Table(columns, id="lines", empty="None yet: n adds one.")
        yield Words(id="beside")

    @property
    def lines(self) -> list[AdministratorLine]:
        return self.draft.administrators

    def shown(self) -> Iterable[tuple[str | Content, ...]]:
        for one in self.lines:
            actions = (asked_for(one.actions.get(service)) for service in self.draft.services)
            yield one.login_id, one.name, *actions, one.email, one.phone

    def page_of(self, place: int | None) -> LinePage:
        return AdministratorLineScreen(place)

    def show_lines(self) -> None:
        super().show_lines()
        self.query_one("#beside", Words).update(self._beside())

    def _beside(self) -> Content:
        """How many stay, and the 3002 that comes of fewer than two."""
        parts: list[Content | tuple[str, str]] = []
        for service in self.draft.services:
            left = self.draft.staying(service)
            enough = left >= FEWEST
            sign = "●" if enough else "✕ 3002"
            wants = "" if enough else f", {FEWEST} are needed"
            words = f"{sign}  {SERVICE_NAMES[service]}: {left} {'stays' if left == 1 else 'stay'}{wants}\n"
            parts.append((words, "$success" if enough else "$error"))
        return Content.assemble(*parts)

    def action_check(self) -> None:
        self.ask(self._next())

    async def _next(self) -> None:
        self.draft.forms()
        self.open(FormReviewScreen())


class AdministratorLineScreen(LinePage):
    """One person: who it is, and what happens to the right for each service."""

    @property
    def _line(self) -> AdministratorLine:
        return self.draft.administrators[self.place] if self.place is not None else AdministratorLine()

    def body(self) -> Iterable[Widget]:
        self.where = "Forms › administrator"
        line, several = self._line, len(self.draft.services) > 1
        yield Words("Delegated administrator", classes="title")
        with Form():
            yield Field("Name", TextField(line.name, id="name", max_length=80))
            yield Field(
                "E-mail", TextField(line.email, id="email", placeholder="their own, not shared", max_length=254)
            )
            yield Field("Telephone", TextField(line.phone, id="phone", placeholder="+852 2123 4567", max_length=30))
            yield Field("Login ID", TextField(line.login_id, id="login_id", placeholder="WONGDA1", max_length=20))
            for service in self.draft.services:
                options = (*_ACTIONS, _NOT) if several else _ACTIONS
                yield Field(SERVICE_NAMES[service], ChoiceField(options, id=service))
            with Buttons():
                yield Button("Take it", id="take", primary=True)

    def on_mount(self) -> None:
        for service in self.draft.services:
            default: str = "appoint" if self.place is None else ""
            self.query_one(f"#{service}", ChoiceField).value = self._line.actions.get(service, default)
        self.query_one("#name").focus()
        self.say("with its country code: a forgotten password asks for this telephone number")

    def typed(self) -> tuple[str, ...]:
        texts = (self.query_one(f"#{name}", TextField).value for name in _TEXTS)
        return (*texts, *(self.query_one(f"#{service}", ChoiceField).value or "" for service in self.draft.services))

    def take(self) -> None:
        kept: dict[str, str] = {}
        for name in ("name", "email", "phone", "login_id"):
            field = self.query_one(f"#{name}", TextField)
            try:
                kept[name] = fitting(name, field.value)
            except Refused:
                field.focus()
                raise
        chosen = {service: self.query_one(f"#{service}", ChoiceField).value for service in self.draft.services}
        actions = {service: cast(Action, action) for service, action in chosen.items() if action}
        if not actions:
            raise Refused(NOT_UNDERSTOOD, what="This person is on neither form: choose what is asked for.")
        line = AdministratorLine(**kept, actions=cast("dict[Service, Action]", {**self._line.actions, **actions}))
        for service in set(chosen) - set(actions):
            line.actions.pop(service, None)
        self.keep(self.draft.administrators, line)
