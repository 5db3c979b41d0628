"""Error 2000: what an account without ECP functions sees instead of Home, and whom to ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Static

from backend.contract.faults import NO_ECP_FUNCTION, Refused
from ecp_tui.screens.base import EcpScreen
from ecp_tui.widgets.fault_panel import fault_words


class NoAccessScreen(EcpScreen):
    """The refusal in full: functions held, what is missing, the delegated administrators to ask."""

    HINTS: ClassVar[tuple[str, ...]] = ("goto", "leave")
    HELP_TOPIC: ClassVar[str] = "2000"
    where = "Home"

    def body(self) -> Iterable[Widget]:
        yield Static("", id="refusal")
        yield Static("", id="held")

    async def load(self, background: bool) -> None:
        try:
            await self.context.client.home(background=background)
        except Refused as refused:
            if refused.fault is not NO_ECP_FUNCTION:
                raise
            self.query_one("#refusal", Static).update(fault_words(refused))
