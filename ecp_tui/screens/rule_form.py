"""Changing a rule: what it says is tried on past files while it is typed, and asked for only after a review."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal, TypeAlias

from textual import events
from textual.containers import VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from backend.contract.messages import (
    ChangeFolder,
    ChangeFunction,
    ChangeRequest,
    Line,
    Proposal,
    RuleError,
    RuleTrial,
    TriedRule,
)
from ecp_tui.rule_wording import past_lines, past_sentence
from ecp_tui.screens.proposal_form import Kept, ProposalForm, Reviewing
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.words import Words

_AFTER: Final = 0.4
"""Seconds without a key, until what is typed is tried."""
_SIDE_BY_SIDE: Final = 110
_NARROWEST: Final = 30
_ROOM: Final = 4
_MOST: Final = 8


@dataclass
class Draft:
    """The rule being changed, whichever page it is changed on; `before` is its text as it stands, empty if new.

    Without a code the form asks for one.
    """

    of: Literal["folder", "function"]
    code: str
    text: str
    before: str = ""
    note: str = ""
    kept: Kept = field(default_factory=Kept)

    def __post_init__(self) -> None:
        self.named, self._begun = bool(self.code), self.text

    @property
    def edited(self) -> bool:
        return self.text != self._begun

    @property
    def title(self) -> str:
        return (
            f"Change {self.of} {self.code}"
            if self.before
            else f"A new {self.of} {self.code if self.named else ''}".rstrip()
        )

    def proposal(self) -> Proposal:
        if self.of == "folder":
            return ChangeFolder(folder=self.code, rule=self.text, note=self.note)
        return ChangeFunction(function=self.code, rule=self.text, note=self.note)


Turn: TypeAlias = "Callable[[Draft, Reviewing], RuleForm]"


class RuleForm(ProposalForm):
    """Either page: on the left, or above, the rule; beside it, or below, what it comes to."""

    CSS_PATH: ClassVar = "rule_form.tcss"
    HELP_TOPIC: ClassVar[str] = "catalogue"

    def __init__(self, draft: Draft, reviewing: Reviewing, turn: Turn | None = None) -> None:
        """`turn`: makes the other page for the same draft, where there is one."""
        super().__init__(reviewing, draft.kept)
        self.draft, self._turn = draft, turn
        self.tried: TriedRule | None = None
        """What the text as it is now comes to, once the server has said so."""
        self._asked: str | None = None
        self._waiting: Timer | None = None
        self.where = f"Catalogue › {draft.code or 'new'}"

    def editor(self) -> Iterable[Widget]:
        """The title, and what the rule is changed in."""
        raise NotImplementedError

    def taken(self) -> bool:
        """Puts what was typed into the draft; false where a field waits for the person."""
        raise NotImplementedError

    def show_errors(self, tried: TriedRule) -> None:
        """Beside the fields they are about."""

    def body(self) -> Iterable[Widget]:
        with VerticalScroll(id="editor", can_focus=False):
            yield from self.editor()
        with VerticalScroll(id="beside", can_focus=False):
            yield Words("", id="trial")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= _SIDE_BY_SIDE, "-side-by-side")
        self.call_after_refresh(self._show)

    def on_mount(self) -> None:
        self.say("nothing is asked for before the review · another operator approves it")
        self.typed()

    async def _keep(self, proposal: Proposal) -> ChangeRequest:
        """What was reviewed under another code is another folder's draft."""
        before = self.kept.request
        if before is not None and before.subject != self.draft.code:
            await self.context.client.decide(before, "withdraw")
            self.kept.request = None
        return await super()._keep(proposal)

    # ── the dry run ──────────────────────────────────────────────────────────────────────────────────────────

    def typed(self) -> None:
        """Something was typed: it is tried once no key was pressed for a moment."""
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(_AFTER, self._try_soon)

    def _try_soon(self) -> None:
        if self.taken() and self.draft.text != self._asked:
            self.ask(self._try(), group="try", quiet=True)

    async def _try(self) -> None:
        draft = self.draft
        asked = draft.text
        tried = await self.context.client.try_rule(RuleTrial(of=draft.of, code=draft.code, rule=asked))
        if asked == draft.text:
            self._asked, self.tried = asked, tried
            self.show_errors(tried)
            self._show()

    def _show(self) -> None:
        if self.tried is None:
            return
        within = max(_NARROWEST, self.query_one("#beside").size.width - _ROOM)
        self.query_one("#trial", Words).update(trial_words(self.tried, within))

    @property
    def wrong_now(self) -> RuleError | None:
        """The first thing known to be wrong with the text as it is."""
        known = self.tried if self.taken() and self._asked == self.draft.text else None
        return known.errors[0] if known is not None and known.errors else None

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def edited(self) -> bool:
        self.taken()
        return self.draft.edited

    def proposal(self) -> Proposal | None:
        return self.draft.proposal() if self.taken() else None

    def why_not_turn(self) -> str:
        """Why the other page cannot show it; empty where it can."""
        return ""

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id != "turn":
            super().on_button_pressed(event)
        elif self.taken() and self._turn is not None:
            if why := self.why_not_turn():
                self.notify(why, markup=False)
            else:
                self.open(self._turn(self.draft, self.reviewing), in_place_of=1)


def trial_words(tried: TriedRule, within: int) -> Content:
    """Errors, or what becomes of past files and what changes; a fact a line."""
    if tried.errors:
        wrong = [Content.styled("✕ This cannot be a rule yet", "bold $error")]
        return Content("\n").join([*wrong, *(Content(str(one)) for one in tried.errors[:_MOST])])
    if not tried.lines:
        return Content.styled("As it stands: nothing would change.", "$muted")
    parts = []
    if tried.since is not None:
        parts = [Content.styled(past_sentence(tried), "bold" if tried.refused else "")]
        parts += [_signed("refused" if glyph == "✕" else "added", words) for glyph, words in past_lines(tried)]
        parts.append(Content(""))
    for line in tried.lines:
        parts += [_signed(kind, f"{line.label}: {value}") for kind, value in _sides(line) if value]
    hanging = [piece for part in parts for piece in part.wrap(within)]
    return Content("\n").join(hanging)


def _sides(line: Line) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("removed", line.before), ("added", line.after)


def _signed(kind: str, words: str) -> Content:
    sign = SIGNS[kind]
    return Content.assemble((f"{sign.glyph} ", f"bold {sign.style}"), words)
