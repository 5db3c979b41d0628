"""Forms that end in a change request: reviewed as a draft before anything is asked for, and never lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from backend.contract.faults import NOT_FOUND, REQUEST_CLOSED, Refused
from backend.contract.messages import ChangeRequest, CreateUser, Proposal
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import AnswerDialog
from ecp_tui.widgets.button import Button

Reviewing = Callable[[ChangeRequest, int], None]
"""Shows the draft for a last look, above so many pages of its form."""


@dataclass
class Kept:
    """The draft request that a form, on however many pages, has been kept as."""

    request: ChangeRequest | None = None


class ProposalForm(EcpScreen):
    """A page of such a form. The server words the draft, so that what is reviewed is what will be asked."""

    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "back")
    HELP_TOPIC: ClassVar[str] = "maker"

    def __init__(self, reviewing: Reviewing, kept: Kept, *, pages: int = 1) -> None:
        """`pages`: how many of the form lie above where it was opened from, this one included."""
        super().__init__()
        self.reviewing, self.kept, self.pages = reviewing, kept, pages

    def proposal(self) -> Proposal | None:
        """What the form says; `None` where a field waits for the person, who is shown which."""
        raise NotImplementedError

    @property
    def edited(self) -> bool:
        """Whether something would be lost with the page."""
        raise NotImplementedError

    def hint_word(self, key: str) -> str:
        return "review" if key == "check" else ""

    def on_form_completed(self) -> None:
        self.run_worker(self.action_press("check"))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "cancel":
            self.action_back()

    def action_check(self) -> None:
        if (proposal := self.proposal()) is not None:
            self.ask(self._review(proposal), group="review")

    async def _review(self, proposal: Proposal) -> None:
        self.reviewing(await self._keep(proposal), self.pages)

    async def _keep(self, proposal: Proposal) -> ChangeRequest:
        """The draft of exactly this proposal; one that is about another user, or decided meanwhile, is made anew."""
        client, before = self.context.client, self.kept.request
        self.say("Asking the server what it would change …")
        if before is not None and isinstance(proposal, CreateUser) and before.subject != proposal.login_id:
            await client.decide(before, "withdraw")
            self.kept.request = before = None
        try:
            if before is None:
                self.kept.request = await client.make_request(proposal, submit=False)
            else:
                self.kept.request = await client.revise_request(before.id, before.rev, proposal, submit=False)
        except Refused as refused:
            self.say("nothing was asked for yet")
            if before is None or refused.fault not in (REQUEST_CLOSED, NOT_FOUND):
                raise
            self.kept.request = None
            return await self._keep(proposal)
        return self.kept.request

    # ── leaving ──────────────────────────────────────────────────────────────────────────────────────────────

    def action_back(self) -> None:
        """Asks first, if something was typed: it can stay as a draft, in Approvals."""
        if not self.edited:
            super().action_back()
            return
        before = self.kept.request
        words = "A draft waits for you in Approvals; only you see it."
        if before is not None:
            words = f"Draft {before.id} stays in Approvals as it was last reviewed. {words}"
        answers = [("stay", "s", "Stay"), ("keep", "k", "Keep as draft"), ("leave", "l", "Leave")]
        self.app.push_screen(AnswerDialog("Leave the form?", words, answers), self._left_with)

    def _left_with(self, answer: str | None) -> None:
        if answer == "leave":
            self.post_message(self.Closed())
        elif answer == "keep" and (proposal := self.proposal()) is not None:
            self.ask(self._keep_and_leave(proposal), group="review")

    async def _keep_and_leave(self, proposal: Proposal) -> None:
        kept = await self._keep(proposal)
        self.post_message(self.Closed(f"Kept as draft {kept.id}, in Approvals."))
