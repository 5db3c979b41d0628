"""The ECP form's user types: identity codes to add, keep or remove."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from ecp_tui.screens.form_administrators import FormAdministratorsScreen
from ecp_tui.screens.form_draft import IdentityAction, IdentityLine, fitting
from ecp_tui.screens.form_page import FormPage, LinePage, LinesPage, asked_for
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.table import Column, Table
from ecp_tui.widgets.words import Words

_ACTIONS: Final = (("add", "add"), ("keep", "keep"), ("remove", "remove"))
_COLUMNS: Final = (
    Column("", 11),
    Column("Code", 8),
    Column("User type", 28, 1),
    Column("Name", 14, grows=True),
)


class FormIdentitiesScreen(LinesPage):
    """The list; F8 goes on."""

    def body(self) -> Iterable[Widget]:
        self.where = self.step("user types", 3)
        yield Words("User types and identity codes", classes="title")
        yield Words("A file is submitted for an identity code, which has one user type.", classes="facts")
        yield Table(_COLUMNS, id="lines", empty="None yet: n adds one. A change of administrators needs none.")

    @property
    def lines(self) -> list[IdentityLine]:
        return self.draft.identities

    def shown(self) -> Iterable[tuple[str | Content, ...]]:
        types = user_types(self)
        for one in self.lines:
            yield asked_for(one.action), one.identity_code, types.get(one.user_type, one.user_type), one.name

    def page_of(self, place: int | None) -> LinePage:
        return IdentityLineScreen(place)

    def action_check(self) -> None:
        self.open(FormAdministratorsScreen())


class IdentityLineScreen(LinePage):
    """One identity code."""

    @property
    def _line(self) -> IdentityLine:
        return self.draft.identities[self.place] if self.place is not None else IdentityLine()

    def body(self) -> Iterable[Widget]:
        self.where = "Forms › identity code"
        line = self._line
        types = tuple(user_types(self).items())
        yield Words("Identity code", classes="title")
        with Form():
            yield Field("What is asked for", ChoiceField(_ACTIONS, id="action"))
            yield Field(
                "Identity code", TextField(line.identity_code, id="identity_code", placeholder="01234", max_length=12)
            )
            yield Field("User type", ChoiceField(types, id="user_type"))
            yield Field("Name", TextField(line.name, id="name", max_length=80))
            with Buttons():
                yield Button("Take it", id="take", primary=True)

    def on_mount(self) -> None:
        line = self._line
        self.query_one("#action", ChoiceField).value = line.action
        self.query_one("#user_type", ChoiceField).value = line.user_type or None
        self.query_one("#identity_code").focus()
        self.say("remove also takes the grants that hang on the user type")

    def typed(self) -> tuple[str, ...]:
        fields = (self.query_one(f"#{name}", TextField).value for name in ("identity_code", "name"))
        choices = (self.query_one(f"#{name}", ChoiceField).value or "" for name in ("action", "user_type"))
        return (*fields, *choices)

    def take(self) -> None:
        code, name, action, user_type = self.typed()
        if not user_type:
            self.query_one("#user_type").focus()
            raise Refused(NOT_UNDERSTOOD, what="No user type is chosen: ↑ and ↓ choose one.")
        line = IdentityLine(
            cast(IdentityAction, action), fitting("identity_code", code), user_type, fitting("name", name)
        )
        self.keep(self.draft.identities, line)


def user_types(page: FormPage) -> dict[str, str]:
    """Codes and titles of the user types that can be applied for."""
    landing = page.context.landing
    return {one.code: one.title for one in landing.user_types} if landing else {}
