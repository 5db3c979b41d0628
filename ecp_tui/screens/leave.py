"""Leaving: stay, sign out or quit; what is running is named first."""

from __future__ import annotations

from ecp_tui.screens.context import Context
from ecp_tui.screens.dialogs import AnswerDialog


class LeaveDialog(AnswerDialog):
    """What ctrl+q asks."""

    def __init__(self, context: Context) -> None:
        running = "\n".join(f"! {words}" for words in context.running)
        if running:
            words = f"{running}\nIt is lost or cut off if you leave; nothing is submitted by halves."
        elif context.signed_in and context.me is not None:
            words = f"You are signed in as {context.me.login_id}. Nothing is running."
        else:
            words = "Nobody is signed in. Nothing is running."
        if context.config.served is not None:
            words += "\nQuit ends the connection, and the session with it."
        out = [("sign_out", "o", "Sign out")] if context.signed_in else []
        super().__init__("Leave ECP 2.0?", words, [("stay", "s", "Stay"), *out, ("quit", "q", "Quit")])
