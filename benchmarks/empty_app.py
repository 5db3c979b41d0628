"""The peer of the console's start: a Textual app with the same number of the same widgets, and nothing behind them."""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, DataTable, Input, Static


class EmptyApp(App[None]):
    ENABLE_COMMAND_PALETTE = False
    CSS = "Horizontal, Static { height: auto; } Vertical { height: 1fr; }"

    def __init__(self, page: str) -> None:
        super().__init__()
        self._page = page

    def compose(self) -> ComposeResult:
        yield Static("ECP 2.0")
        with Vertical():
            if self._page == "sign-in":
                for _ in range(3):
                    yield Static("A label")
                    yield Input()
                    yield Static("")
                with Horizontal():
                    yield Button("Sign in")
                    yield Button("Cancel")
            else:
                yield Static("A title")
                yield Static("Facts")
                with Horizontal():
                    for name in ("Client Connect", "Existing ECP", "Help"):
                        yield Button(name)
                yield DataTable()
        yield Static("A fault, if there is one")
        yield Static("asking the server …")
        yield Static("Ready to be used")


if __name__ == "__main__":
    EmptyApp(sys.argv[1]).run()
