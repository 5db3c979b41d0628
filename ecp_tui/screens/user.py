"""One account: what is known of it, what it holds, what waits, its history, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Act, ChangeRequest, User, UserPage
from ecp_tui import wording
from ecp_tui.screens.approval import ApprovalScreen
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.facts import facts
from ecp_tui.screens.grant_form import GrantScreen
from ecp_tui.screens.receipt import ASKING
from ecp_tui.screens.request_words import state_of
from ecp_tui.screens.user_acts import ACTS, BY_KIND, propose, suspend, why_not
from ecp_tui.screens.user_form import UserFormScreen
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_KINDS: Final = {
    "business": "business user",
    "da": "delegated administrator",
    "operator": "operator",
    "auditor": "auditor",
}
_HISTORY: Final = (
    Column("When", 12),
    Column("By", 10, 1),
    Column("What", 20, grows=True),
    Column("", 11, 2),
)
_SFTP: Final = "sftp"
_ACT_CELLS: Final = 20
_NOTHING: Final = row("act/none", Content.styled("Nothing yet.", "$muted not bold"), heading=True)
_NAMES: Final = 14


class UserScreen(EcpScreen):
    """The account's page: facts beside acts, requests and history below."""

    CSS_PATH: ClassVar = "user.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("change", "reject")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "change", "reject", "back")
    HELP_TOPIC: ClassVar[str] = "user"

    def __init__(self, login_id: str, company: str | None) -> None:
        """`company`: whose account it is, `None` for the operator's staff."""
        super().__init__()
        self._login_id, self._company = login_id, company
        self._page: UserPage | None = None
        self._history: list[Act] = []
        self._more = False
        self.where = f"Users › {login_id}"

    def body(self) -> Iterable[Widget]:
        yield Words(self._login_id, id="title", classes="title")
        with Horizontal():
            with VerticalScroll(id="about"):
                yield Words(id="facts")
            yield Table((Column("", _ACT_CELLS, grows=True),), id="acts", titles=False, empty="")
        yield Table(_HISTORY, id="history", titles=False, empty=ASKING)

    def on_mount(self) -> None:
        self.query_one("#acts").focus()

    async def load(self, background: bool) -> None:
        page = await self.context.client.user(self._login_id, background=background)
        self._page, self._history, self._more = page, list(page.history), page.more
        self._show(page)

    async def _load_older(self) -> None:
        page = await self.context.client.user(self._login_id, before=self._history[-1].log_index)
        self._history += page.history
        self._more = page.more
        self._show_history()
        self._say()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self, page: UserPage) -> None:
        user = page.user
        sign, locked = SIGNS[user.state], SIGNS["locked"]
        parts: list[str | tuple[str, str] | Content] = [(user.login_id, "bold"), f"  {user.name}   "]
        parts.append((f"{sign.glyph} {sign.word}", f"{sign.style} not bold"))
        if user.locked:
            parts.append((f"  {locked.glyph} {locked.word}", f"{locked.style} not bold"))
        self.query_one("#title", Words).update(Content.assemble(*parts))
        within = max(24, self.query_one("#about").size.width)
        self.query_one("#facts", Words).update(facts(self._facts(user), _NAMES, within))
        me = self.context.me
        acts = [row(act.kind, f" {act.name}", dim=me is None or bool(why_not(act.kind, page, me))) for act in ACTS]
        sftp = row(_SFTP, " SFTP access", dim=bool(self._why_no_sftp()))
        self.query_one("#acts", Table).show([*acts, sftp])
        self._show_history()
        self._say()
        self.show_keys()

    def _facts(self, user: User) -> Iterator[tuple[str, str | Content]]:
        zone = self.context.zone
        yield "Kind", f"{_KINDS[user.kind]}, {user.company_name}" if user.company_name else _KINDS[user.kind]
        yield "E-mail", f"{user.email} ({user.email_kind})"
        yield "Telephone", user.phone
        if user.services:
            yield "DA right", " and ".join("ECP" if one == "ecp" else "Client Connect" for one in user.services)
        for at, one in enumerate(user.functions):
            yield "" if at else "Functions", f"{one.function}  {' '.join(one.identity_codes)}"
        if not user.functions:
            yield "Functions", "none"
        keys = wording.count(user.keys, "key") if user.keys else "no key"
        narrowed = f", only {' '.join(user.sftp_folders)}" if user.sftp_folders is not None else ""
        yield "SFTP", f"{keys}{narrowed}"
        if user.state == "invited" and user.invited_until is not None:
            yield "Invited until", wording.when(user.invited_until, zone).strip()
        if user.suspended_by is not None:
            yield "Suspended by", "the operator" if user.suspended_by == "operator" else "its company"
        yield "Last sign-in", wording.when(user.last_sign_in, zone).strip() if user.last_sign_in else "never yet"

    def _show_history(self) -> None:
        if self._page is None:
            return
        rows: list[Row] = []
        if self._page.requests:
            rows = [row("requests", "Change requests", heading=True)]
            rows += [self._request(one) for one in self._page.requests]
            rows.append(row("gap", "", heading=True))
        rows.append(row("history", "History", heading=True))
        rows += [self._act(one) for one in self._history] or [_NOTHING]
        self.query_one("#history", Table).empty = ""
        self.query_one("#history", Table).show(rows)

    def _request(self, request: ChangeRequest) -> Row:
        when = Content.styled(wording.when(request.made, self.context.zone), "$muted")
        return row(f"request/{request.id}", when, request.maker, f"{request.id}  {request.title}", state_of(request))

    def _act(self, act: Act) -> Row:
        when = Content.styled(wording.when(act.at, self.context.zone), "$muted")
        counted = str(act.count) in act.words.split()  # as in "locked after 5 unsuccessful sign-ins"
        times = f"{wording.count(act.count)} × " if act.count and not counted else ""
        note = f": “{act.note}”" if act.note else ""
        by = f"{act.login_id or '–':<{_HISTORY[1].width}}"
        return row(f"act/{act.log_index}", when, f"  {by}  ", f"{times}{act.words}{note}", wide=True)

    def _say(self) -> None:
        """Row 23: the act under the cursor, or what the list below is."""
        page, me = self._page, self.context.me
        if page is None or me is None:
            return
        kind = self.query_one("#acts", Table).here_key
        if self.query_one("#history").has_focus or kind not in (*BY_KIND, _SFTP):
            older = "older ones below" if self._more else "all of it"
            zone = wording.zone_name(self.context.now(), self.context.zone)
            self.say(
                f"{wording.count(len(self._history), 'entry').replace('entrys', 'entries')} · {older} · times {zone}"
            )
        elif kind == _SFTP:
            self.say(self._why_no_sftp() or "Keys and addresses, in SFTP access.")
        else:
            self.say(why_not(kind, page, me) or BY_KIND[kind].words)

    def on_table_moved(self, event: Table.Moved) -> None:
        self._say()

    def on_descendant_focus(self) -> None:
        self._say()

    def on_table_reached_end(self, event: Table.ReachedEnd) -> None:
        if self._more and self.query_one("#history").has_focus:
            self.ask(self._load_older(), group="more")

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _why_no_sftp(self) -> str:
        me = self.context.me
        if me is not None and (me.login_id == self._login_id or me.services or me.kind != "business"):
            return ""
        return "Your role does not allow it (2002)."

    def reason(self, key: str) -> str:
        kind = {"change": "change-user", "reject": "suspend"}.get(key)
        if kind is None:
            return super().reason(key)
        if self._page is None or self.context.me is None:
            return "The account is not here yet."
        return why_not(kind, self._page, self.context.me)

    def hint_word(self, key: str) -> str:
        return "suspend" if key == "reject" else ""

    def on_table_opened(self, event: Table.Opened) -> None:
        kind, _, which = event.row.key.partition("/")
        if kind == "request":
            self.open(ApprovalScreen(int(which)))
        elif kind == _SFTP:
            self.go("sftp_access", login_id=self._login_id)
        elif kind in BY_KIND:
            self._do(kind)

    def action_change(self) -> None:
        self._do("change-user")

    def action_reject(self) -> None:
        self._do("suspend")

    def _do(self, kind: str) -> None:
        if self._page is None or self.context.me is None:
            return
        user = self._page.user
        if why := why_not(kind, self._page, self.context.me):
            self.notify(why, markup=False)
        elif kind == "change-user":
            self.open(UserFormScreen(user.company, self._review, user=user))
        elif kind == "grant-functions" and user.company is not None:
            self.open(GrantScreen(user.company, self._review, login_id=user.login_id))
        elif kind == "suspend":
            self.ask(self._suspend(user), group="act")
        else:
            self.ask(self._propose(user, kind), group="act")

    async def _suspend(self, user: User) -> None:
        if await suspend(self, user):
            await self.load(background=False)
            self.app.notify(f"{user.login_id} is suspended.", markup=False)

    async def _propose(self, user: User, kind: str) -> None:
        if (proposal := await propose(self, user, kind)) is not None:
            self._review(await self.context.client.make_request(proposal, submit=False), 0)

    def _review(self, request: ChangeRequest, pages: int) -> None:
        self.open(ApprovalScreen(request, over=pages))

    def on_screen_resume(self) -> None:
        """What was asked for, approved or withdrawn on another page shows at once."""
        super().on_screen_resume()
        if self._page is not None:
            self.reload(background=True)
