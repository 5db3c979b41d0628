"""Users: the accounts of a company, or of the operator's staff, and how many of its 20 it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.faults import Refused
from backend.contract.messages import ChangeRequest, User, Users
from ecp_tui import wording
from ecp_tui.screens.approval import ApprovalScreen
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.facts import facts
from ecp_tui.screens.receipt import ASKING
from ecp_tui.screens.user import UserScreen
from ecp_tui.screens.user_form import UserFormScreen
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.field import TextField
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

KINDS: Final = {"business": "business", "da": "DA", "operator": "operator", "auditor": "auditor"}
_COLUMNS: Final = (
    Column("Login ID", 10),
    Column("Name", 18, grows=True),
    Column("Kind", 8, 3),
    Column("State", 11),
    Column("", 8, 2),
    Column("Pending", 7, 4, right=True),
    Column("Functions", 22, 6),
    Column("Last sign-in", 12, 5),
)


class UsersScreen(EcpScreen):
    """The list, and below it the account under the cursor."""

    CSS_PATH: ClassVar = "users.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("find", "submit")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "submit", "find", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "user"
    where = "Users"

    def __init__(self) -> None:
        super().__init__()
        self._company: str | None = None
        """Which company an operator or auditor came to see; `None` is one's own side."""
        self._users: Users | None = None

    def body(self) -> Iterable[Widget]:
        yield Words("Users", id="title", classes="title")
        yield TextField(id="find", placeholder="login ID, name or function", max_length=80)
        yield Table(_COLUMNS, id="users", empty=ASKING)
        yield Words(id="whole")

    def on_mount(self) -> None:
        self.query_one("#find").display = False
        self._table.focus()

    @property
    def _table(self) -> Table:
        return self.query_one("#users", Table)

    @property
    def _here(self) -> User | None:
        users = self._users.users if self._users else ()
        return next((one for one in users if one.login_id == self._table.here_key), None)

    def arrive(self, wanted: Mapping[str, str]) -> None:
        """`company`: whose users; `login_id`: straight to that account."""
        company = wanted.get("company")
        if company != self._company:
            self._company, self._users = company, None
            self._table.empty = ASKING
            self._table.show([])
            self.reload()
        if "login_id" in wanted:
            self.open(UserScreen(wanted["login_id"], company))

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        self._users = await self.context.client.users(self._company, background=background)
        self.context.users = self._users.users
        self._show(self._users)

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        if self._users is None:
            self._table.empty = ""
            self.say("F5 asks again")

    def _show(self, users: Users) -> None:
        words = self.query_one("#find", TextField).value.casefold().split()
        found = [one for one in users.users if _has(one, words)]
        self._table.empty = "Nobody fits the filter. Esc clears it." if words else "No users yet. n makes the first."
        self._table.show([self._row(one) for one in found])
        self.query_one("#title", Words).update(_title(users))
        self.where = f"Users › {users.company_name}" if self._company else "Users"
        self._describe()
        shown = f"{wording.count(len(found))} of " if words else ""
        zone = wording.zone_name(self.context.now(), self.context.zone)
        self.say(f"{shown}{wording.count(len(users.users), 'account')} · closed ones last · times {zone}")
        self.show_keys()

    def _row(self, user: User) -> Row:
        sign, locked = SIGNS[user.state], SIGNS["locked"]
        names = [one.function for one in user.functions]
        more = f" +{len(names) - 2}" if len(names) > 2 else ""  # noqa: PLR2004  two fit
        last = wording.when(user.last_sign_in, self.context.zone) if user.last_sign_in else "–"
        return row(
            user.login_id,
            user.login_id,
            user.name,
            KINDS[user.kind],
            Content.styled(f"{sign.glyph} {sign.word}", sign.style),
            Content.styled(f"{locked.glyph} {locked.word}", locked.style) if user.locked else "",
            wording.count(user.pending) if user.pending else "–",
            ", ".join(names[:2]) + more if names else "–",
            last,
            dim=user.state == "closed",
        )

    def on_table_moved(self) -> None:
        self._describe()
        self.show_keys()

    def _describe(self) -> None:
        user = self._here
        within = self.app.size.width - 4
        words = facts(self._facts(user), 14, within) if user else Content("")
        self.query_one("#whole", Words).update(words)

    def _facts(self, user: User) -> Iterator[tuple[str, str | Content]]:
        last = wording.when(user.last_sign_in, self.context.zone).strip() if user.last_sign_in else "never yet"
        yield "Functions", functions_in_words(user)
        yield "E-mail", f"{user.email}, {user.email_kind}"
        yield "Last sign-in", last

    # ── finding ──────────────────────────────────────────────────────────────────────────────────────────────

    def action_find(self) -> None:
        find = self.query_one("#find", TextField)
        find.display = True
        find.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._users is not None:
            self._show(self._users)

    def on_entered(self) -> None:
        self._table.focus()

    def action_back(self) -> None:
        """Esc first clears the filter, then leaves."""
        find = self.query_one("#find", TextField)
        if find.display:
            find.value = ""
            find.display = False
            self._table.focus()
        else:
            super().action_back()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        if key == "submit":
            return self._why_no_new()
        return super().reason(key)

    def _why_no_new(self) -> str:
        me, users = self.context.me, self._users
        if me is None or users is None:
            return "The list is not here yet."
        if me.kind == "auditor":
            return "Auditors look and change nothing (2002)."
        if users.company is None:
            return "" if me.kind == "operator" else "The operator's staff is made by operators (2002)."
        if users.company != me.company or "client_connect" not in me.services:
            return "Users of a company are made by its own delegated administrators (2002)."
        return ""

    def hint_word(self, key: str) -> str:
        return "new user" if key == "submit" else ""

    def action_submit(self) -> None:
        if self._users is not None:
            self.open(UserFormScreen(self._users.company, self._review))

    def _review(self, request: ChangeRequest, pages: int) -> None:
        self.open(ApprovalScreen(request, over=pages))

    def on_table_opened(self, event: Table.Opened) -> None:
        self.open(UserScreen(event.row.key, self._users.company if self._users else self._company))


def functions_in_words(user: User) -> str:
    return " · ".join(f"{one.function} {' '.join(one.identity_codes)}" for one in user.functions) or "none"


def _title(users: Users) -> Content:
    """Users  17 of 20, and what is left."""
    if users.used is None or users.quota is None:
        return Content.assemble(("Users", "bold"), ("   the operator's staff, no limit", "$muted not bold"))
    left = users.quota - users.used
    words = f"{left} left" if left > 0 else "none left: close one before a new one is approved (3001)"
    style = "$muted not bold" if left > 0 else "$warning not bold"
    return Content.assemble(("Users", "bold"), (f"   {users.used} of {users.quota}", "bold"), (f"   {words}", style))


def _has(user: User, words: list[str]) -> bool:
    text = f"{user.login_id} {user.name} {user.kind} {user.state} {functions_in_words(user)}".casefold()
    return all(word in text for word in words)
