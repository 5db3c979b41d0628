"""Client Connect's own home: the left menu of the FAQ, whose last entry leads to ECP (Q3), and what waits in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import ChangeRequest, Me, SftpKeyRow
from ecp_tui import wording
from ecp_tui.places import why_not
from ecp_tui.request_wording import sentence
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.context import Context
from ecp_tui.screens.facts import facts
from ecp_tui.screens.request_words import age, waiting_words
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_DAY: Final = 86400
_SHOWN: Final = 8
"""Waiting requests that the page names; the rest are counted."""
_MENU: Final = (
    ("profile", "Profile"),
    ("sftp_access", "SFTP access"),
    ("users", "Users"),
    ("approvals", "Approvals"),
    ("forms", "Forms"),
    ("home", "ECP"),
)
_STAFF: Final = (("operator", "Operator"),)
_KINDS: Final = {"business": "business user", "da": "delegated administrator"}


class ClientConnectScreen(EcpScreen):
    """Open to every account, with ECP functions or without."""

    CSS_PATH: ClassVar = "client_connect.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("open", "refresh", "goto", "leave")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "Client Connect"
    where = "Client Connect"

    def __init__(self) -> None:
        super().__init__()
        self._waiting: tuple[ChangeRequest, ...] = ()
        self._expiring: tuple[SftpKeyRow, ...] = ()

    def body(self) -> Iterable[Widget]:
        yield Words("Client Connect", id="title", classes="title")
        with Horizontal():
            yield Table((Column("", 15, grows=True), Column("", 3, right=True)), id="menu", titles=False)
            yield Words("", id="page")

    def on_mount(self) -> None:
        self._show_menu()
        me = self.context.me
        own = "home" if me is None or me.enters_ecp or not me.services else "users"
        self._menu.go_to("approvals" if me and me.waiting else own)
        self._menu.focus()
        self.say("The session of Client Connect stays valid, whatever ECP answers.")

    @property
    def _menu(self) -> Table:
        return self.query_one("#menu", Table)

    async def load(self, background: bool) -> None:
        if self.context.me is None:
            return
        client = self.context.client
        self.context.me = me = await client.me(background=background)
        waiting: tuple[ChangeRequest, ...] = ()
        expiring: tuple[SftpKeyRow, ...] = ()
        if me.waiting:
            requests = await client.requests(state="submitted", background=background)
            waiting = tuple(one for one in requests.items if "approve" in one.acts)
        if me.keys_expiring:
            access = await client.sftp_access(background=background)
            expiring = tuple(one for one in access.keys if one.state in ("expiring", "expired"))
        self._waiting, self._expiring = waiting, expiring
        asks = Content.assemble("   ", waiting_words(me.waiting)) if me.waiting else Content("")
        self.query_one("#title", Words).update(Content.assemble(("Client Connect", "bold"), asks))
        self._show_menu()
        self._describe()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show_menu(self) -> None:
        me = self.context.me
        if me is not None:
            entries = (*_MENU[:-1], *_STAFF, _MENU[-1]) if me.kind in ("operator", "auditor") else _MENU
            self._menu.show([self._entry(id_, name, me) for id_, name in entries])

    def _entry(self, id_: str, name: str, me: Me) -> Row:
        figure = {"approvals": me.waiting, "sftp_access": me.keys_expiring}.get(id_, 0)
        count = Content.styled(wording.count(figure), "bold $warning") if figure else Content("")
        return row(id_, f" {name}", count, dim=bool(why_not(id_, me)))

    def on_table_moved(self) -> None:
        self._describe()

    def on_resize(self) -> None:
        self.call_after_refresh(self._describe)

    def _describe(self) -> None:
        me, entry = self.context.me, self._menu.here_key
        if me is None or not entry:
            return
        page = self.query_one("#page", Words)
        if why := why_not(entry, me):
            name = next(name for id_, name in (*_MENU, *_STAFF) if id_ == entry)
            page.update(Content.assemble((name, "bold"), f"\n\n{sentence(why)}."))
            return
        describe: dict[str, Callable[[Me], Content]] = {
            "profile": self._profile,
            "sftp_access": self._sftp_access,
            "users": self._users,
            "approvals": self._approvals,
            "forms": self._forms,
            "operator": self._operator,
            "home": self._ecp,
        }
        page.update(describe[entry](me))

    def on_table_opened(self, event: Table.Opened) -> None:
        self.go_to_top(event.row.key)

    # ── each entry ───────────────────────────────────────────────────────────────────────────────────────────

    def _profile(self, me: Me) -> Content:
        """Who is signed in, as Client Connect knows them."""
        rows = [
            ("Login ID", me.login_id),
            ("Name", me.name),
            ("Company", me.company_name),
            ("Role", _KINDS.get(me.kind, me.kind)),
            ("Functions", ", ".join(one.function for one in me.functions) or "none"),
            ("Identities", ", ".join(one.identity_code for one in me.identities) or "none"),
            ("Session", f"until {wording.when(me.expires, self.context.zone).strip()} at the latest"),
        ]
        about = "Password, authenticator, recovery codes and sessions."
        return _page("Profile", about, [facts(rows, 12, self._within)])

    def _sftp_access(self, me: Me) -> Content:
        lines = [_expiry(one, self.context) for one in self._expiring]
        about = "Keys and addresses for SFTP, in five steps."
        return _page(
            "SFTP access", about, lines or [Content.styled("No key of yours expires within 30 days.", "$muted")]
        )

    def _users(self, me: Me) -> Content:
        if me.users is None or me.quota is None:
            return _page("Users", "The operator's staff; the users of companies by way of Operator (8).", [])
        left = me.quota - me.users
        words = Content.assemble(
            (f"{me.users} of {me.quota} users", "bold"), (f"   {left} left" if left else "   none left", "$muted")
        )
        return _page("Users", "Make and change the users of your company, and grant ECP functions.", [words])

    def _approvals(self, me: Me) -> Content:
        about = "Change requests: one of you makes them, another one checks them."
        if not me.waiting:
            return _page("Approvals", about, [Content.styled("Nothing waits for you.", "$muted")])
        lines = [waiting_words(me.waiting), Content("")]
        for one in self._waiting[:_SHOWN]:
            made = f"   by {one.maker}, {age(one.made, self.context.now())}"
            lines.append(Content.assemble(f"{one.id}  {one.title}", (made, "$muted")))
        if more := len(self._waiting[_SHOWN:]):
            lines.append(Content.styled(f"and {wording.count(more)} more", "$muted"))
        return _page("Approvals", about, lines)

    def _forms(self, me: Me) -> Content:
        about = "User types and delegated administrators are applied for by form."
        return _page("Forms", about, [Content.styled("It makes a file to send to the support team.", "$muted")])

    def _operator(self, me: Me) -> Content:
        return _page("Operator", "Collecting, publishing, the board; companies and the platform itself.", [])

    def _ecp(self, me: Me) -> Content:
        if me.enters_ecp:
            return _page("ECP", "Enter opens ECP 2.0.", [])
        return _page("ECP", "Enter asks ECP 2.0; this account holds no function for it (2000).", [])

    @property
    def _within(self) -> int:
        return max(24, self.query_one("#page").size.width)


def _page(title: str, about: str, lines: Sequence[Content]) -> Content:
    return Content("\n").join([Content.styled(title, "bold"), Content.styled(about, "$muted"), Content(""), *lines])


def _expiry(key: SftpKeyRow, context: Context) -> Content:
    """! 1 key expires in 12 days, and which."""
    left = int((key.expires - context.now()).total_seconds() // _DAY)
    words = f"1 key expires in {wording.count(left, 'day')}" if key.state == "expiring" else "1 key has expired"
    return Content.assemble(("! ", "bold $warning"), (words, "bold"), (f"   {key.comment or key.type}", "$muted"))
