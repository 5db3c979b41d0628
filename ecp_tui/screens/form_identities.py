"""The ECP form's user types: identity codes to add, keep or remove."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final, cast

from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from ecp_tui.screens.form_administrators import FormAdministratorsScreen
from ecp_tui.screens.form_draft import IdentityAction, IdentityLine, fitting
from ecp_tui.screens.form_page import FormPage, LinePage
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.table import Column, Table, row
from ecp_tui.widgets.words import Words

_ACTIONS: Final = (("add", "add"), ("keep", "keep"), ("remove", "remove"))
SIGN: Final = {"add": ("+", "$success"), "appoint": ("+", "$success"), "keep": (" ", ""), "remove": ("−", "$error")}
_COLUMNS: Final = (
    Column("", 11),
    Column("Code", 8),
    Column("User type", 28, 1),
    Column("Name", 14, grows=True),
)


class FormIdentitiesScreen(FormPage):
    """The list; F8 goes on."""

    CSS_PATH: ClassVar = "form_page.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("submit", "reject", "check")
    HINTS: ClassVar[tuple[str, ...]] = ("submit", "reject", "check", "back")

    def body(self) -> Iterable[Widget]:
        self.where = self.step("user types", 3)
        yield Words("User types and identity codes", classes="title")
        yield Words("A file is submitted for an identity code, which has one user type.", classes="facts")
        yield Table(_COLUMNS, id="lines", empty="None yet: n adds one. A change of administrators needs none.")

    def on_mount(self) -> None:
        self._show()
        self._table.focus()

    def on_screen_resume(self) -> None:
        self._show()

    @property
    def _table(self) -> Table:
        return self.query_one("#lines", Table)

    def _show(self) -> None:
        types = user_types(self)
        rows = []
        for place, one in enumerate(self.draft.identities):
            glyph, style = SIGN[one.action]
            action = Content.styled(f" {glyph} {one.action}", style)
            rows.append(row(str(place), action, one.identity_code, types.get(one.user_type, one.user_type), one.name))
        self._table.show(rows)
        self.say(f"{self.draft.words} · F8 goes on")
        self.show_keys()

    def hint_word(self, key: str) -> str:
        return {"submit": "add", "reject": "take off"}.get(key, super().hint_word(key))

    def reason(self, key: str) -> str:
        if key == "reject" and self._table.here is None:
            return "There is no line here."
        return super().reason(key)

    def on_table_opened(self, event: Table.Opened) -> None:
        self.open(IdentityLineScreen(int(event.row.key)))

    def action_submit(self) -> None:
        self.open(IdentityLineScreen(None))

    def action_reject(self) -> None:
        self.draft.identities.pop(int(self._table.here_key))
        self.draft.touched()
        self._show()

    def action_check(self) -> None:
        self.open(FormAdministratorsScreen())


class IdentityLineScreen(LinePage):
    """One identity code."""

    CSS_PATH: ClassVar = "form_page.tcss"

    def __init__(self, place: int | None) -> None:
        """`place`: which line of the draft; `None` for a new one."""
        super().__init__()
        self._place = place

    def body(self) -> Iterable[Widget]:
        self.where = "Forms › identity code"
        line = self.draft.identities[self._place] if self._place is not None else IdentityLine()
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
        line = self.draft.identities[self._place] if self._place is not None else IdentityLine()
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
        if self._place is None:
            self.draft.identities.append(line)
        else:
            self.draft.identities[self._place] = line


def user_types(page: FormPage) -> dict[str, str]:
    """Codes and titles of the user types that can be applied for."""
    landing = page.context.landing
    return {one.code: one.title for one in landing.user_types} if landing else {}
