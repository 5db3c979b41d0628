"""Forms of operators about the platform itself: fields named as those of the change request that they end in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from pydantic import ValidationError
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.messages import Proposal
from ecp_tui.screens.proposal_form import Kept, ProposalForm, Reviewing
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.words import Words

_LONGEST: Final = 500
_WRONG: Final = {"reason": "needed", "note": f"{_LONGEST} characters"}


class WrongField(Exception):
    """What a field says cannot be meant; the words say what can."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.name, self.words = name, words


class PlatformForm(ProposalForm):
    """A page of fields, the reason that firms read, and a note to the checker."""

    CSS_PATH: ClassVar = "platform_form.tcss"
    WRONG: ClassVar[dict[str, str]] = {}
    """What is said beside a field whose value the proposal cannot take."""
    ASKS_REASON: ClassVar[bool] = True
    """Whether firms read why."""
    headline: str = ""

    def __init__(self, reviewing: Reviewing, kept: Kept | None = None) -> None:
        super().__init__(reviewing, kept or Kept())
        self._start: dict[str, str] = {}

    def begins(self) -> dict[str, str]:
        """What stands in the fields when the page opens."""
        return {}

    def so_now(self) -> str:
        """What is to be changed, as it stands."""
        return ""

    def fields(self) -> Iterable[Field]:
        """Those before the reason."""
        return ()

    def made(self, values: dict[str, str]) -> Proposal:
        """The proposal of these values; raises `WrongField` or pydantic's `ValidationError`."""
        raise NotImplementedError

    def body(self) -> Iterable[Widget]:
        yield Words(self.headline, classes="title")
        yield Words(self.so_now(), classes="facts")
        with Form():
            yield from self.fields()
            if self.ASKS_REASON:
                yield Field("Reason", TextField(id="reason", placeholder="firms read it", max_length=_LONGEST))
            yield Field("Note to the checker", TextField(id="note", max_length=_LONGEST))
            with Buttons():
                yield Button("Review", id="review", primary=True)
                yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        begins = self.begins()
        for control in self._controls:
            control.value = begins.get(control.id or "", control.value or "")
        self._start = self._typed
        next(iter(self._controls)).focus()
        self.say("nothing is asked for before the review · another operator approves it")

    @property
    def _controls(self) -> list[TextField | ChoiceField]:
        return [one for one in self.query_one(Form).controls() if isinstance(one, TextField | ChoiceField)]

    @property
    def _typed(self) -> dict[str, str]:
        return {str(one.id): (one.value or "").strip() for one in self._controls}

    @property
    def edited(self) -> bool:
        return self._typed != self._start

    def proposal(self) -> Proposal | None:
        for field in self.query(Field):
            field.note = self.noted(field.control)
        try:
            return self.made(self._typed)
        except WrongField as wrong:
            self._show_wrong({wrong.name: wrong.words})
        except ValidationError as wrong:
            names = [str(error["loc"][0]) for error in wrong.errors()]
            said = {**_WRONG, **self.WRONG}
            self._show_wrong({name: said.get(name, "not as it can be") for name in names})
        return None

    def _show_wrong(self, words: dict[str, str]) -> None:
        fields = [field for field in self.query(Field) if field.control.id in words]
        for field in fields:
            field.note = Content.styled(f"✕ {words[field.control.id or '']}", "$error")
        if fields:
            fields[0].control.focus()

    def noted(self, control: Widget) -> Content:
        """What stands beside a field while nothing is wrong with it."""
        return Content("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._note(event.input)

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        self._note(event.field)

    def _note(self, control: Widget) -> None:
        for field in self.query(Field):
            if field.control is control:
                field.note = self.noted(control)
