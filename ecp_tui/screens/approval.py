"""One change request: before → after, who made it, its digest; deciding it, or going on with one's own."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import CHANGED_SINCE, REQUEST_CLOSED, Refused
from backend.contract.messages import ChangeRequest, RequestAct
from ecp_tui import wording
from ecp_tui.request_wording import checkers, follows, sentence
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.deciding import approve, decide
from ecp_tui.screens.facts import facts
from ecp_tui.screens.past_files import past_files
from ecp_tui.screens.receipt import ASKING
from ecp_tui.screens.request_words import diff, state_of
from ecp_tui.screens.revising import elsewhere, revise
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.words import Words

_MARGINS = 6
_DECIDED = ("applied", "rejected", "withdrawn", "expired", "void")


class ApprovalScreen(EcpScreen):
    """What is approved is exactly what is shown: its revision and digest go with the approval."""

    CSS_PATH: ClassVar = "approval.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("approve", "reject", "return", "change", "check", "copy")
    HINTS: ClassVar[tuple[str, ...]] = ("approve", "reject", "return", "back")
    HELP_TOPIC: ClassVar[str] = "maker"

    def __init__(self, request: ChangeRequest | int, *, over: int = 0, fresh: bool = False) -> None:
        """`over`: how many pages of its form lie below this one; `fresh`: it was submitted just now."""
        super().__init__()
        self._request = request if isinstance(request, ChangeRequest) else None
        self._number = request.id if isinstance(request, ChangeRequest) else request
        self._over, self._fresh = over, fresh
        self._past = ""
        """What a folder's rule would have done to past files, as of now."""
        self.where = f"Approvals › {self._number}"

    def body(self) -> Iterator[Widget]:
        yield Words(id="headline", classes="title")
        yield Words(id="about", classes="facts")
        yield Words(id="standing")
        with VerticalScroll(id="scroll"):
            yield Words(id="diff")
            yield Words(id="facts")
        with Buttons(id="draft"):
            yield Button("Submit", id="submit", primary=True)
            yield Button("Keep as draft", id="keep")
            yield Button("Back to the form", id="form")

    def on_mount(self) -> None:
        self.query_one("#draft").display = False
        self.query_one("#scroll").focus()

    async def load(self, background: bool) -> None:
        if self._request is None:
            self.say(ASKING)
        if self._request is None or not self._over:
            self._request = await self.context.client.request(self._number, background=background)
        self._past = await past_files(self.context.client, self._request)
        self._show(self._request)

    def action_refresh(self) -> None:
        self.ask(self._read_again(), group="load")

    async def _read_again(self) -> None:
        self._request, self._fresh = await self.context.client.request(self._number), False
        self._show(self._request)

    def on_resize(self) -> None:
        if self._request is not None:
            self._show(self._request)

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────

    def _show(self, request: ChangeRequest) -> None:
        within = self.app.size.width - _MARGINS
        headline = Content.assemble((request.title, "bold"), "   ", state_of(request))
        self.query_one("#headline", Words).update(headline)
        self.query_one("#about", Words).update(Content(" · ".join(self._about(request))))
        standing = self.query_one("#standing", Words)
        standing.update(self._standing(request))
        self.query_one("#diff", Words).update(diff(request.lines, within))
        self.query_one("#facts", Words).update(facts(self._facts(request), within=within))
        own_draft = request.state == "draft" and "revise" in request.acts
        if own_draft and not self.query_one("#draft").display:
            self.query_one("#draft").display = True
            self.query_one("#form").display = self._over > 0
            self.query_one("#submit").focus()
        elif not own_draft:
            self.query_one("#draft").display = False
        self.say(self._next(request))
        self.show_keys()

    def _about(self, request: ChangeRequest) -> Iterator[str]:
        zone = self.context.zone
        yield f"by {request.maker_name} ({request.maker}), {wording.when(request.made, zone).strip()}"
        yield f"revision {request.rev}"
        if request.state == "submitted" and request.expires is not None:
            yield f"{wording.duration((request.expires - self.context.now()).total_seconds())} left"

    def _standing(self, request: ChangeRequest) -> Content:
        """How it stands for the one who looks, in one sentence or two."""
        warning = ("! ", "bold $warning")
        if request.state in _DECIDED:
            return self._decided(request)
        if request.state == "returned":
            by = f"{request.checker_name} ({request.checker})"
            return Content.assemble(warning, f"Returned by {by}: ", (f"“{request.reason}”", "bold"))
        if self._fresh:
            who = checkers(request)
            return Content.assemble(("● ", "$success"), f"Request {request.id} waits for {who}, who is told by mail.")
        words = self._warning(request)
        if words:
            return Content.assemble(warning, words)
        return Content("Approving applies it at once." if "approve" in request.acts else "")

    def _warning(self, request: ChangeRequest) -> str:
        if request.state == "draft":
            return f"Not asked for yet. F8 submits it to {checkers(request)}."
        if request.stale:
            return f"{request.subject} has changed since: approving would void this request."
        if "approve" not in request.acts and request.why_not:
            return f"{request.why_not} {sentence(checkers(request))} can check it."
        if request.needs_fingerprint:
            return "Approving asks for the last 8 characters of the fingerprint: get them from the key's owner."
        return ""

    def _decided(self, request: ChangeRequest) -> Content:
        when = wording.when(request.decided, self.context.zone).strip() if request.decided else ""
        by = f" by {request.checker_name} ({request.checker})" if request.checker else ""
        said = Content.assemble(state_of(request), f" {when}{by}".rstrip())
        if request.state == "applied":
            return Content.assemble(said, f"\n{follows(request)}")
        return Content.assemble(said, f": “{request.reason}”" if request.reason else "")

    def _facts(self, request: ChangeRequest) -> Iterator[tuple[str, str | Content]]:
        yield "", ""
        if self._past:
            yield "Past files", self._past
        yield "Note", request.note or "none"
        yield "About", " · ".join(one for one in (request.subject, request.subject_name, request.company_name) if one)
        groups = wording.hash_groups(request.digest)
        yield "Digest", " ".join(groups[:2])
        yield "", " ".join(groups[2:])

    def _next(self, request: ChangeRequest) -> str:
        if request.state in _DECIDED:
            return f"request {request.id} is decided: nothing more happens with it"
        if request.state == "draft":
            return "only you see it yet · Esc keeps it as a draft, in Approvals"
        if request.state == "returned":
            own = "revise" in request.acts
            return "e revises it · x withdraws it" if own else "its maker revises it, or withdraws it"
        return f"request {request.id} · once applied: {follows(request)}"

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────

    def hints(self) -> tuple[str, ...]:
        if self._request is not None and "revise" in self._request.acts:
            first = ("check",) if self._request.state == "draft" else ()
            return (*first, "change", "reject", "back")
        only_shown = self._request is not None and "approve" not in self._request.acts
        return ("copy", "goto", "back") if only_shown else self.HINTS

    def hint_word(self, key: str) -> str:
        own = self._request is not None and "withdraw" in self._request.acts
        return {"reject": "withdraw" if own else "", "check": "submit", "change": "revise", "copy": "copy digest"}.get(
            key, ""
        )

    def reason(self, key: str) -> str:
        request = self._request
        if key not in self.ACTS or key == "copy":
            return super().reason(key)
        if request is None:
            return "The request is not here yet."
        acts = set(request.acts)
        if key == "change":
            return elsewhere(request) if "revise" in acts else "Only its maker revises it, while it is open."
        if key == "check":
            return "" if request.state == "draft" and "revise" in acts else "Only a draft is submitted."
        if acts & ({"reject", "withdraw"} if key == "reject" else {key}):
            return ""
        return request.why_not or f"It is {request.state}: there is nothing to decide."

    def action_copy(self) -> None:
        if self._request is not None:
            self.copy(self._request.digest)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "submit":
            self.run_worker(self.action_press("check"))
        elif event.button.id == "form" or not self._over:
            self.action_back()
        else:
            self._leave(self._over + 1)

    def _leave(self, pages: int) -> None:
        """Back to where the form was opened from."""
        for _ in range(pages):
            self.post_message(self.Closed())

    # ── the maker's acts ─────────────────────────────────────────────────────────────────────────────────────

    def action_check(self) -> None:
        self.ask(self._submit(), group="decide")

    async def _submit(self) -> None:
        if self._request is None:
            return
        client, draft = self.context.client, self._request
        asked = await client.revise_request(draft.id, draft.rev, draft.proposal, submit=True)
        self.open(ApprovalScreen(asked, fresh=True), in_place_of=self._over + 1)

    def action_change(self) -> None:
        if self._request is None:
            return
        if self._over:
            self.action_back()
            return
        revise(self, self._request, self._reviewed)

    def _reviewed(self, request: ChangeRequest, pages: int) -> None:
        """The form is filled anew: this page goes with it once that is submitted."""
        self.open(ApprovalScreen(request, over=pages + 1))

    # ── deciding ─────────────────────────────────────────────────────────────────────────────────────────────

    def action_approve(self) -> None:
        if self._request is not None:
            self.ask(self._settle(approve(self, self._request)), group="decide")

    def action_reject(self) -> None:
        if self._request is not None:
            act: RequestAct = "withdraw" if "withdraw" in self._request.acts else "reject"
            self.ask(self._settle(decide(self, self._request, act)), group="decide")

    def action_return(self) -> None:
        if self._request is not None:
            self.ask(self._settle(decide(self, self._request, "return")), group="decide")

    async def _settle(self, deciding: Awaitable[ChangeRequest | None]) -> None:
        """Shows what came of it; where the request is another one by now, that is what is shown."""
        try:
            decided = await deciding
        except Refused as refused:
            if refused.fault in (CHANGED_SINCE, REQUEST_CLOSED):
                await self._read_again()
            raise
        if decided is not None:
            self._request = decided
            self._show(decided)
