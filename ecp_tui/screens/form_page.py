"""What the pages of the form wizard share: one draft, their number, and where each form goes."""

from __future__ import annotations

from typing import ClassVar

from backend.contract.faults import Refused
from backend.contract.messages import Service
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.screens.form_draft import FormDraft


class FormPage(EcpScreen):
    """One step. What is answered goes into the draft at once, so that no way out of the page loses it."""

    HELP_TOPIC: ClassVar[str] = "form"

    @property
    def draft(self) -> FormDraft:
        if self.context.form is None:
            self.context.form = FormDraft()
        return self.context.form

    def step(self, name: str, number: int) -> str:
        """The page's place in the header: Forms › 2 of 5 company."""
        steps = 5 if "ecp" in self.draft.services or not self.draft.services else 4
        return f"Forms › {name}, {min(number, steps)} of {steps}"

    def hint_word(self, key: str) -> str:
        return "next" if key == "check" else ""

    def team(self, service: Service) -> str:
        """Where the form goes."""
        teams = self.context.landing.support if self.context.landing else ()
        return next((f"{one.name}, {one.email}" for one in teams if one.service == service), "the support team")


class LinePage(FormPage):
    """One line of a form on a page of its own: taken into the draft as a whole, or not at all."""

    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "back")

    def typed(self) -> tuple[str, ...]:
        """What the fields hold now."""
        raise NotImplementedError

    def take(self) -> None:
        """Puts it into the draft; refuses what does not fit, with the cursor on it."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self._before = self.typed()

    def hint_word(self, key: str) -> str:
        return "take it" if key == "check" else ""

    def on_input_changed(self) -> None:
        self.clear_fault()

    def on_form_completed(self) -> None:
        self.action_check()

    def action_check(self) -> None:
        try:
            self.take()
        except Refused as refused:
            self.show_fault(refused)
            return
        self.draft.touched()
        super().action_back()

    def action_back(self) -> None:
        """What was typed here is given up only when asked."""
        if self.typed() == self._before:
            super().action_back()
            return
        words = "This line is not on the form yet. F8 takes it."
        self.app.push_screen(ConfirmDialog("Forget what was typed?", words, yes="Forget the line"), self._forget)

    def _forget(self, sure: bool | None) -> None:
        if sure:
            super().action_back()
