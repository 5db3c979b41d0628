"""Client Connect's own home: a left menu, whose last entry leads to ECP (FAQ Q3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Me
from ecp_tui import wording
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.facts import facts
from ecp_tui.widgets.table import Column, Table, row
from ecp_tui.widgets.words import Words

LATER: Final = "Comes with a later version."
_MENU: Final = (
    ("profile", "Profile", ""),
    ("sftp_access", "SFTP access", LATER),
    ("users", "Users", LATER),
    ("approvals", "Approvals", LATER),
    ("forms", "Forms", LATER),
    ("ecp", "ECP", ""),
)


class ClientConnectScreen(EcpScreen):
    """Open to every account, with ECP functions or without."""

    CSS_PATH: ClassVar = "client_connect.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("open", "goto", "leave")
    HELP_TOPIC: ClassVar[str] = "Client Connect"
    where = "Client Connect"

    def body(self) -> Iterable[Widget]:
        yield Words("Client Connect", classes="title")
        with Horizontal():
            yield Table((Column("", 14, grows=True),), id="menu", titles=False)
            yield Words("", id="page")

    def on_mount(self) -> None:
        menu = self.query_one("#menu", Table)
        menu.show([row(id_, f" {name}", dim=bool(why)) for id_, name, why in _MENU])
        menu.go_to("ecp")
        menu.focus()
        self.say("The session of Client Connect stays valid, whatever ECP answers.")

    async def load(self, background: bool) -> None:
        if self.context.me is not None:
            self.context.me = await self.context.client.me(background=background)
            self._show(self.query_one("#menu", Table).here_key)

    def on_table_moved(self, event: Table.Moved) -> None:
        self._show(event.row.key)

    def on_table_opened(self, event: Table.Opened) -> None:
        if event.row.key == "ecp":
            self.go("home")

    def _show(self, entry: str) -> None:
        me = self.context.me
        if me is None:
            return
        words = {"profile": _profile(me, self), "ecp": _ecp(me)}.get(entry, Content.styled(LATER, "$muted"))
        self.query_one("#page", Words).update(words)


def _profile(me: Me, screen: EcpScreen) -> Content:
    """Who is signed in, as Client Connect knows them."""
    context = screen.context
    rows = [
        ("Login ID", me.login_id),
        ("Name", me.name),
        ("Company", me.company_name),
        ("Role", {"business": "business user", "da": "delegated administrator"}.get(me.kind, me.kind)),
        ("Functions", ", ".join(one.function for one in me.functions) or "none"),
        ("Identities", ", ".join(one.identity_code for one in me.identities) or "none"),
        ("Session", f"until {wording.when(me.expires, context.zone).strip()} at the latest"),
    ]
    return facts(rows, 12)


def _ecp(me: Me) -> Content:
    if me.enters_ecp:
        return Content("Enter opens ECP 2.0.")
    return Content("Enter asks ECP 2.0; this account holds no function for it (2000).")
