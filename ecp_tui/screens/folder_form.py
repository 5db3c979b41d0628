"""A folder's usual facts as fields; the rest of its rule stays, and can be changed as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.messages import TriedRule
from ecp_tui.rule_fields import FIELDS, REFUSED, TAKEN, RuleField, field_of, read_fields, write_fields
from ecp_tui.screens.proposal_form import Reviewing
from ecp_tui.screens.rule_form import Draft, RuleForm, Turn
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.words import Words

_LATE: Final = ((TAKEN, "taken, and late"), (REFUSED, "refused (4513)"))
_LONGEST: Final = 500


class FolderFormScreen(RuleForm):
    """What a field cannot mean stays in it, with what is right beside it."""

    CSS_PATH: ClassVar = "rule_form.tcss"

    def __init__(self, draft: Draft, reviewing: Reviewing, turn: Turn) -> None:
        super().__init__(draft, reviewing, turn)
        self._values = read_fields(draft.text)

    def editor(self) -> Iterable[Widget]:
        yield Words(self.draft.title, classes="title")
        with Form():
            if not self.draft.named:
                yield Field("Code", TextField(self.draft.code, id="code", placeholder="SD-2", max_length=20))
            for one in FIELDS:
                yield Field(one.label, self._control(one))
            yield Field("Note to the checker", TextField(self.draft.note, id="note", max_length=_LONGEST))
            with Buttons():
                yield Button("Review", id="review", primary=True)
                yield Button("As text", id="turn")
                yield Button("Cancel", id="cancel")

    def _control(self, one: RuleField) -> TextField | ChoiceField:
        if one.kind != "closes":
            return TextField(self._values[one.id], id=one.id, placeholder=one.example, max_length=_LONGEST)
        choice = ChoiceField(_LATE, id=one.id)
        choice.value = self._values[one.id]
        return choice

    def on_mount(self) -> None:
        self.query_one(Form).controls()[0].focus()

    def taken(self) -> bool:
        values = {one.id: self._value(one.id) for one in FIELDS}
        self.draft.text = write_fields(self.draft.text, values)
        self.draft.note = self._value("note").strip()
        if not self.draft.named:
            self.draft.code = self._value("code").strip().upper()
        return True

    def _value(self, name: str) -> str:
        control = next(one for one in self.query_one(Form).controls() if one.id == name)
        return control.value or "" if isinstance(control, TextField | ChoiceField) else ""

    def show_errors(self, tried: TriedRule) -> None:
        wrong = {field_of(one.field): one.words for one in reversed(tried.errors)}
        for row in self.query(Field):
            words = wrong.get(row.control.id or "")
            row.note = Content.styled("✕", "bold $error") if words else Content("")

    def action_check(self) -> None:
        """To the field that is wrong, while one is known to be; else to the review."""
        wrong = self.wrong_now
        if wrong is None:
            super().action_check()
        else:
            field = field_of(wrong.field)
            if field:
                self.query_one(f"#{field}").focus()
            self.say((str(wrong), "bold $error"))

    def on_input_changed(self, event: Input.Changed) -> None:
        self.typed()

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        self.typed()
