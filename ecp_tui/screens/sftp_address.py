"""Registering the address or network that SFTP connections come from (user guide, 4.5.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import Refused
from backend.contract.messages import RegisterAddress, SftpAccessPage
from backend.contract.rules.networks import covers, read_network
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.sftp_key import checked_by
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.words import Words


class RegisterAddressScreen(EcpScreen):
    """One field, prefilled with the address one comes from; what it covers stands below."""

    CSS_PATH: ClassVar = "sftp_address.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "back")
    HELP_TOPIC: ClassVar[str] = "SFTP"
    where = "SFTP access › new address"

    def __init__(self, page: SftpAccessPage, done: Callable[[int], None]) -> None:
        """`done` hears the number of the request."""
        super().__init__()
        self._page, self._done = page, done

    def body(self) -> Iterable[Widget]:
        me = self.context.me
        own = me is not None and me.login_id == self._page.login_id
        proposed = self._page.your_address if own and not self._page.covered else ""
        yield Words("Register an address", classes="title")
        yield Words(Content(f"for {self._page.login_id}  {self._page.name}"), classes="facts")
        with Form():
            yield Field(
                "Address", TextField(proposed, id="network", placeholder="10.1.2.3 or 10.1.2.0/28", max_length=60)
            )
            yield Field("Note", TextField(id="note", placeholder="to the checker", max_length=500))
            with Buttons():
                yield Button("Send to the checker", id="send", primary=True)
                yield Button("Cancel", id="cancel")
        yield Words(id="covers")

    def on_mount(self) -> None:
        self.query_one("#network").focus()
        self._look()
        self.say(f"applied once {checked_by(self, self._page.login_id)} approves it")

    @property
    def _typed(self) -> str:
        return self.query_one("#network", TextField).value.strip()

    def on_input_changed(self) -> None:
        self.clear_fault()
        self._look()

    def _look(self) -> None:
        """What is typed, as it would be registered; too wide a network is told at once."""
        words = Content.styled("At most 256 addresses at once: a /24, or a /64 of IPv6.", "$muted")
        try:
            if self._typed:
                network = read_network(self._typed)
                holds = (
                    f"{network}: {covers(network)}"
                    if network.num_addresses > 1
                    else f"{network.network_address}: this address alone"
                )
                words = Content(holds)
        except Refused as refused:
            words = Content.styled(refused.what, "$muted")
        self.query_one("#covers", Words).update(words)

    def show_fault(self, refused: Refused) -> None:
        self.query_one("#covers", Words).update(Content(""))
        super().show_fault(refused)

    def hint_word(self, key: str) -> str:
        return "send" if key == "check" else ""

    def on_form_completed(self) -> None:
        self.action_check()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "cancel":
            self.action_back()

    def action_check(self) -> None:
        self.ask(self._send(), group="send")

    async def _send(self) -> None:
        network = str(read_network(self._typed))
        note = self.query_one("#note", TextField).value.strip()
        proposal = RegisterAddress(login_id=self._page.login_id, network=network, note=note)
        request = await self.context.client.make_request(proposal)
        self._done(request.id)
        self.action_back()
