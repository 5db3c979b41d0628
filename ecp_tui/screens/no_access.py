"""Error 2000: what an account without ECP functions sees instead of Home, and whom to ask (FAQ Q5, Q6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import NO_ECP_FUNCTION, Refused
from backend.contract.messages import Me
from ecp_tui.places import why_not
from ecp_tui.rights_wording import rights_rows
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.facts import facts
from ecp_tui.screens.request_words import expiring_words, waiting_words
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.fault_panel import fault_words
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.words import Words

_MARGINS = 6


class NoAccessScreen(EcpScreen):
    """The refusal in full: functions held, what is missing, the delegated administrators to ask, and the way back."""

    CSS_PATH: ClassVar = "no_access.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("refresh", "goto", "leave", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "2000"
    where = "Home"

    def body(self) -> Iterable[Widget]:
        yield Words("", id="refusal")
        yield Words("", id="rights")
        with Buttons():
            yield Button("Client Connect", id="client-connect", primary=True)
            yield Button("Approvals", id="approvals")
            yield Button("Users", id="users")
            yield Button("Sign out", id="sign-out")

    def on_mount(self) -> None:
        me = self.context.me
        self._offer(me)
        self.query_one("#approvals" if me is not None and me.waiting else "#client-connect").focus()

    def _offer(self, me: Me | None) -> None:
        """Administrators go on from here; what waits for them stands on the button."""
        for place in ("approvals", "users"):
            self.query_one(f"#{place}").display = not why_not(place, me)
        approvals = self.query_one("#approvals", Button)
        waiting = me.waiting if me is not None else 0
        label = f"Approvals: {waiting}" if waiting else "Approvals"
        if approvals.label != label:
            approvals.label = label
            approvals.refresh(layout=True)
        approvals.set_class(waiting > 0, "-primary")
        self.query_one("#client-connect").set_class(waiting == 0, "-primary")

    async def load(self, background: bool) -> None:
        try:
            await self.context.client.home(background=background)
        except Refused as refused:
            if refused.fault is not NO_ECP_FUNCTION:
                raise
            self.context.me = await self.context.client.me(background=background)
            self.query_one("#refusal", Words).update(fault_words(refused))
            self.query_one("#rights", Words).update(self._rights(self.context.me))
            self._offer(self.context.me)
            self.say("Your Client Connect session stays valid. F5 asks again.")
        else:
            self.context.me = await self.context.client.me(background=background)
            self.post_message(self.Granted())

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "sign-out":
            self.post_message(self.SignedOut())
        else:
            self.go((event.button.id or "").replace("-", "_"))

    def action_back(self) -> None:
        self.go("client_connect")

    def _rights(self, me: Me) -> Content:
        """What waits, what is held, what is missing, whom to ask: labels in a column."""
        rows: list[tuple[str, str | Content]] = []
        if me.waiting:
            rows = [("Approvals", Content.assemble(waiting_words(me.waiting), "   7 opens them")), ("", "")]
        if me.keys_expiring:
            rows.insert(0, ("SFTP access", Content.assemble(expiring_words(me.keys_expiring), "   5 shows them")))
        rows += rights_rows(me)
        if me.users is not None:
            rows.append(("Company", f"{me.users} of {me.quota} users"))
        return facts(rows, 16, self.app.size.width - _MARGINS)
