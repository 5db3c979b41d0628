"""Forms: apply for user types and delegated administrators; what was filed, and what was keyed in (FAQ Q8 to Q12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import ApplyForm, ChangeRequest
from backend.contract.rules.forms import warnings
from ecp_tui import wording
from ecp_tui.screens.approval import ApprovalScreen
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.screens.form_company import FormChoiceScreen
from ecp_tui.screens.form_draft import FORM_NAMES, FormDraft
from ecp_tui.screens.form_load import FormLoadScreen
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (Column("", 13), Column("", 4), Column("", 22, grows=True), Column("", 19, 1))
_LATELY: Final = timedelta(days=30)
"""How long a form that was applied counts as the other one's pair."""
_OPEN: Final = ("draft", "submitted", "returned")


class FormsScreen(EcpScreen):
    """What one can do without an account, and below it the forms that were keyed in."""

    CSS_PATH: ClassVar = "forms.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("submit", "browse", "reject")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "submit", "browse", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "form"
    where = "Forms"

    def __init__(self) -> None:
        super().__init__()
        self._requests: tuple[ChangeRequest, ...] = ()
        self._more = False
        self._stand_on = ""

    def body(self) -> Iterable[Widget]:
        yield Words("Application and maintenance forms", classes="title")
        yield Words("For user types, identity codes and delegated administrators.", classes="facts")
        yield Table(_COLUMNS, id="forms", titles=False)
        yield Words(id="whole")

    def on_mount(self) -> None:
        self._show()
        self._table.focus()

    def on_screen_resume(self) -> None:
        self._show()

    @property
    def _table(self) -> Table:
        return self.query_one("#forms", Table)

    def arrive(self, wanted: Mapping[str, str]) -> None:
        """`request`: the one that was just made."""
        self._stand_on = f"req/{wanted['request']}" if "request" in wanted else ""
        self.reload()

    async def load(self, background: bool) -> None:
        me = self.context.me
        if self.context.landing is None:
            self.context.landing = await self.context.client.landing()
        if self.context.signed_in and me is not None and (me.services or me.kind in ("operator", "auditor")):
            page = await self.context.client.requests(kind="apply-form", background=background)
            self._requests, self._more = page.items, page.more
        self._show()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        rows = [row("new", "  Fill in a form: ECP, Client Connect or both; no account is needed", wide=True)]
        if (draft := self._begun) is not None:
            rows.append(row("go-on", Content.assemble("  Go on with yours: ", (draft.words, "$muted")), wide=True))
        file = "Open a form file" if self.context.local else "Paste a form's text"
        rows.append(row("file", f"  {file} that was saved or received", wide=True))
        if self._requests:
            rows += [row("gap", "", heading=True), row("heading", "Keyed in", heading=True)]
            rows += [self._warning(place, words) for place, words in enumerate(self._warnings)]
            rows += [self._request(one) for one in self._requests]
        self._table.show(rows)
        if self._stand_on:
            self.call_after_refresh(self._table.go_to, self._stand_on)
            self._stand_on = ""
        waiting = sum(one.state == "submitted" for one in self._requests)
        more = ", the newest ones" if self._more else ""
        listed = f"{wording.count(len(self._requests), 'form')} keyed in, {waiting} to check{more}"
        self.say(listed if self._requests else "the operator's support teams apply what is sent in")
        self._show_whole()

    @property
    def _begun(self) -> FormDraft | None:
        draft = self.context.form
        return draft if draft is not None and not draft.empty else None

    @property
    def _warnings(self) -> list[str]:
        since = self.context.now() - _LATELY
        counted = [one for one in self._requests if one.state in _OPEN or (one.state == "applied" and one.made > since)]
        return warnings([one.proposal.form for one in counted if isinstance(one.proposal, ApplyForm)])

    def _warning(self, place: int, words: str) -> Row:
        sign = SIGNS["attention"]
        return row(f"warning/{place}", Content.assemble((f"  {sign.glyph} ", sign.style), words), wide=True)

    def _request(self, one: ChangeRequest) -> Row:
        sign = SIGNS[one.state]
        service = FORM_NAMES[one.proposal.form.service] if isinstance(one.proposal, ApplyForm) else one.title
        return row(
            f"req/{one.id}",
            Content.styled(f"  {sign.glyph} {sign.word}", sign.style),
            str(one.id),
            f"{one.subject}  {one.subject_name or one.company_name}",
            service,
            dim=one.state not in _OPEN,
        )

    def on_table_moved(self) -> None:
        self._show_whole()
        self.show_keys()

    def _show_whole(self) -> None:
        kind, _, which = self._table.here_key.partition("/")
        words = _BELOW.get(kind, "")
        if kind == "go-on" and (draft := self._begun) is not None:
            words = f"{draft.words}\nx forgets it. It is kept while this console runs, also when you sign in."
        elif kind == "warning":
            words = self._warnings[int(which)] if int(which) < len(self._warnings) else ""
        elif kind == "req":
            words = next((self._said(one) for one in self._requests if str(one.id) == which), "")
        self.query_one("#whole", Words).update(Content(words))

    def _said(self, one: ChangeRequest) -> str:
        made = f"Keyed in by {one.maker_name} ({one.maker}) {wording.when(one.made, self.context.zone).strip()}"
        if one.state == "submitted":
            return f"{made}; another operator checks it.\n{one.why_not}".strip()
        decided = f"; {one.state} by {one.checker_name}" if one.checker_name else f"; {one.state}"
        return f"{made}{decided}.\n{f'Reason: {one.reason}' if one.reason else ''}".strip()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        if key == "reject" and self._table.here_key != "go-on":
            return "Only a form that is being filled in can be forgotten here."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        opens = "open a file" if self.context.local else "paste a form"
        return {"submit": "new form", "browse": opens, "reject": "forget"}.get(key, "")

    def on_table_opened(self, event: Table.Opened) -> None:
        kind, _, which = event.row.key.partition("/")
        if kind == "new":
            self.action_submit()
        elif kind == "go-on":
            self.open(FormChoiceScreen())
        elif kind == "file":
            self.run_worker(self.action_press("browse"))
        elif kind == "req":
            self.open(ApprovalScreen(int(which)))

    def action_submit(self) -> None:
        if self._begun is None:
            self.open(FormChoiceScreen())
            return
        words = "A form was begun here. A new one takes its place."
        dialog = ConfirmDialog(
            "Begin a new form?", Content(f"{self._begun.words}\n\n{words}"), yes="Forget it and begin"
        )
        self.app.push_screen(dialog, self._begin)

    def _begin(self, sure: bool | None) -> None:
        if sure:
            self.context.form = None
            self.open(FormChoiceScreen())

    def action_reject(self) -> None:
        dialog = ConfirmDialog("Forget the form?", Content(self._begun.words if self._begun else ""), yes="Forget it")
        self.app.push_screen(dialog, self._forget)

    def _forget(self, sure: bool | None) -> None:
        if sure:
            self.context.form = None
            self._show()

    def action_browse(self) -> None:
        self.open(FormLoadScreen())


_BELOW: Final = {
    "new": "Five steps; it ends with a file to sign and send, and its SHA-256.",
    "file": "Shows the form, its SHA-256 and where it goes; operators key it in from there.",
}
