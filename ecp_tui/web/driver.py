"""Textual's web driver, for a console that outlives the page it is shown in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from textual import events
from textual.drivers.web_driver import WebDriver

from ecp_tui.web.sizes import bounded

_ANEW: Final = "\x1b[?1049h\x1b[2J\x1b[?25l\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h\x1b[?2004h"
"""What a new terminal is told first: the other screen, no cursor, mouse, whole pastes."""


class BrowserDriver(WebDriver):
    """Paints all of it where a page comes anew, and ends the console where its input ends."""

    def start_application_mode(self) -> None:
        super().start_application_mode()
        # It begins as if nobody looked, until a page says otherwise; ours are looked at.
        self._app.call_later(self._app.post_message, events.AppFocus())

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():  # the server has gone, or wants this console gone
            self._loop.call_soon_threadsafe(self._app.exit)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Of what textual-serve tells there are sizes alone: files go by links."""
        if packet_type not in ("resize", "attach"):
            return
        width, height = bounded(payload.get("width"), payload.get("height"))
        if packet_type == "attach":
            self._loop.call_soon_threadsafe(self._app.call_later, self._paint_anew)
        super().on_meta("resize", {"width": width, "height": height})

    def _paint_anew(self) -> None:
        self.write(_ANEW)
        self._app.refresh(layout=True)

    def tell(self, words: Mapping[str, Any]) -> None:
        self.write_meta(dict(words))
