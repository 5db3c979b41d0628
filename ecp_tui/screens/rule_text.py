"""The whole rule of a folder, or of a function, as text: every field there is, each error with its line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Input, TextArea

from backend.contract.messages import TriedRule
from ecp_tui.rule_fields import read_fields
from ecp_tui.screens.rule_form import RuleForm
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.text_area import Lines
from ecp_tui.widgets.words import Words

_LONGEST: Final = 500


class RuleTextScreen(RuleForm):
    """A few lines of `catalogue.toml`, without their heading."""

    CSS_PATH: ClassVar = "rule_form.tcss"

    def editor(self) -> Iterable[Widget]:
        draft = self.draft
        yield Words(draft.title, classes="title")
        yield Lines(draft.text, id="rule")
        with Form():
            if not draft.named:
                example = "SD-2" if draft.of == "folder" else "EU_SD2"
                yield Field("Code", TextField(draft.code, id="code", placeholder=example, max_length=20))
            yield Field("Note to the checker", TextField(draft.note, id="note", max_length=_LONGEST))
            with Buttons():
                yield Button("Review", id="review", primary=True)
                if self._turn is not None:
                    yield Button("As fields", id="turn")
                yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        self._lines.focus()

    @property
    def _lines(self) -> Lines:
        return self.query_one(Lines)

    def taken(self) -> bool:
        self.draft.text = self._lines.text
        self.draft.note = self.query_one("#note", TextField).value.strip()
        if not self.draft.named:
            self.draft.code = self.query_one("#code", TextField).value.strip().upper()
        return True

    def show_errors(self, tried: TriedRule) -> None:
        where = [one for one in tried.errors if one.line is not None]
        self.say(f"line {where[0].line} is wrong · F8 goes there" if where else "another operator approves it")

    def action_check(self) -> None:
        """To the line that is wrong, while one is known to be; else to the review."""
        wrong = self.wrong_now
        if wrong is not None and wrong.line is not None:
            self._lines.move_cursor((wrong.line - 1, (wrong.column or 1) - 1))
            self._lines.focus()
            self.say((str(wrong), "bold $error"))
        else:
            super().action_check()

    def why_not_turn(self) -> str:
        try:
            read_fields(self.draft.text)
        except tomllib.TOMLDecodeError:
            return "The text is no TOML yet: fields cannot show it."
        return ""

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self.typed()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.typed()
