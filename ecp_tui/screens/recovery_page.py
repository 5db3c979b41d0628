"""What the pages of recovery have in common: faults stay on them, and in the end somebody can sign in again."""

from __future__ import annotations

from typing import ClassVar

from textual.message import Message

from backend.contract.faults import Refused
from ecp_tui.screens.base import EcpScreen
from ecp_tui.widgets.password import PasswordField


class RecoveryPage(EcpScreen):
    """Nobody needs to be signed in here; what was typed stays, whatever is refused."""

    HELP_TOPIC: ClassVar[str] = "password"
    where = "Recover"

    class Recovered(Message):
        """The way is open again: `login_id` can sign in, and `words` say with what."""

        def __init__(self, login_id: str, words: str) -> None:
            super().__init__()
            self.login_id = login_id
            self.words = words

    def show_fault(self, refused: Refused) -> None:
        """1016 is about the account of the code, not about a session: nothing is covered."""
        self.fault_panel.refused = refused

    # ── passwords ────────────────────────────────────────────────────────────────────────────────────────────

    def on_screen_suspend(self) -> None:
        super().on_screen_suspend()
        for field in self.query(PasswordField):
            field.reveal(False)

    def reason(self, key: str) -> str:
        if key == "reveal" and not all(field.can_be_shown for field in self.query(PasswordField)):
            return "It holds characters that a terminal must not be shown."
        return super().reason(key)

    def action_reveal(self) -> None:
        fields = list(self.query(PasswordField))
        wanted = any(field.password for field in fields)
        for field in fields:
            field.reveal(wanted)
        self.show_keys()

    def hint_word(self, key: str) -> str:
        if key == "reveal":
            return "show" if any(field.password for field in self.query(PasswordField)) else "hide"
        return ""
