"""The landing page: whose platform this is, the ways in, and in the demo the people one can be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.recovering import recover_page
from ecp_tui.screens.sign_in import SignInScreen
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import DemoPerson

_KEPT_OUT: Final = {
    "locked": "a mail in the Mailbox unlocks: Enter",
    "suspended": "two administrators lift it, in Users",
    "invited": "a mail in the Mailbox leads in: Enter",
}
_BY_MAIL: Final = ("locked", "invited")


class LandingScreen(EcpScreen):
    """Where everybody begins (FAQ Q3)."""

    CSS_PATH: ClassVar = "landing.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("recover",)
    HINTS: ClassVar[tuple[str, ...]] = ("open", "recover", "goto", "leave")
    where = "Welcome"

    def __init__(self) -> None:
        super().__init__()
        self._people: dict[str, DemoPerson] = {}

    def body(self) -> Iterable[Widget]:
        yield Words("", id="title", classes="title")
        yield Words("", id="notices", classes="facts")
        with Buttons(id="ways"):
            yield Button("Client Connect", id="client-connect", primary=True)
            yield Button("Apply", id="forms")
            yield Button("Existing ECP", id="existing-ecp")
            yield Button("Mailbox", id="mailbox")
            yield Button("Help", id="help")
        with Vertical(id="people-part"):
            yield Words(Content.styled("Who would you like to be?", "bold"), id="people-title")
            columns = (
                Column("Login ID", 9),
                Column("Name", 17),
                Column("Role", 33, grows=True),
                Column("Company", 18, 1),
                Column("To try", 36, 2, grows=True),
            )
            yield Table(columns, id="people", titles=False)

    def on_mount(self) -> None:
        for part in ("#existing-ecp", "#mailbox", "#people-part"):
            self.query_one(part).display = False
        self.query_one("#client-connect").focus()
        self.say("asking the server …")

    async def load(self, background: bool) -> None:
        landing = self.context.landing = await self.context.client.landing()
        facts = f"   of {landing.operator} · version {landing.version}"
        self.query_one("#title", Words).update(Content.assemble((landing.name, "bold"), (facts, "$muted not bold")))
        self.query_one("#notices", Words).update(Content("\n".join([*landing.notices, *self._known_by()])))
        self.query_one("#existing-ecp").display = landing.existing_ecp is not None
        self.query_one("#mailbox").display = landing.demo
        self.say(f"{self.context.server} · all times {self.context.zone}")
        self.tick()
        served = self.context.config.served
        if landing.demo and (served is None or served.page != "recover"):  # whoever recovers may see nobody
            self._show_people(await self.context.client.demo_people())

    def _known_by(self) -> list[str]:
        """What the server showed: over SSH its host key, else its certificate."""
        if served := self.context.config.served:
            return [f"host key {served.fingerprint}"]
        return [f"certificate {found}"] if (found := self.context.client.fingerprint) else []

    def _show_people(self, people: list[DemoPerson]) -> None:
        self._people = {one.login_id: one for one in people}
        table = self.query_one("#people", Table)
        table.show([_row(one) for one in people])
        if not self.query_one("#people-part").display:
            self.query_one("#people-part").display = True
            table.focus()
        elif table.has_focus and table.here_key:
            self.say(_to_try(self._people[table.here_key]))

    def on_screen_resume(self) -> None:
        """Somebody may have joined, or been kept out, since."""
        left = self._left
        super().on_screen_resume()
        if left and self.context.demo:
            self.reload(background=True)

    def hint_word(self, key: str) -> str:
        if key != "open":
            return ""
        who = self._people.get(self.query_one("#people", Table).here_key)
        return "mailbox" if who is not None and who.state in _BY_MAIL else "sign in"

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "client-connect" and self.loading_now:
            self.say("asking the server …")  # in a demo, its answer is the people one can be
        elif event.button.id == "client-connect":
            self.open(SignInScreen())
        elif event.button.id in ("help", "forms", "mailbox"):
            self.go(event.button.id)
        elif self.context.landing and self.context.landing.existing_ecp:
            self.copy(self.context.landing.existing_ecp)

    def action_recover(self) -> None:
        self.open(recover_page(login_id=self.context.login_id))

    def on_table_edge(self, event: Table.Edge) -> None:
        """Above the people are the buttons."""
        if event.step < 0:
            self.query_one("#client-connect").focus()

    def on_key(self, event: events.Key) -> None:
        """Below the buttons are the people."""
        if event.key == "down" and isinstance(self.focused, Button) and self._people:
            event.stop()
            self.query_one("#people").focus()

    def on_table_moved(self, event: Table.Moved) -> None:
        self.say(_to_try(self._people[event.row.key]))
        self.show_keys()

    def on_table_opened(self, event: Table.Opened) -> None:
        if (who := self._people[event.row.key]).state == "active":
            self.open(SignInScreen(demo_person=who.login_id))
        elif who.state in _BY_MAIL:
            self.go("mailbox")
        else:
            self.notify(_to_try(who), markup=False)


def _row(one: DemoPerson) -> Row:
    """Whoever is kept out is dim, with the reason in place of the role."""
    kept_out = one.state != "active"
    role = f"{SIGNS[one.state].glyph} {SIGNS[one.state].word}" if kept_out else one.role
    return row(one.login_id, one.login_id, one.name, role, one.company, _way_in(one) or one.to_try, dim=kept_out)


def _to_try(one: DemoPerson) -> str:
    return f"{one.login_id}, {one.company}: {_way_in(one) or one.to_try}"


def _way_in(one: DemoPerson) -> str:
    """How somebody who is kept out gets in."""
    return _KEPT_OUT.get(one.state, "")
