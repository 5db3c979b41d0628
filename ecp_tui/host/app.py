"""The console served over SSH: the machine it runs on is not that of the one who sees it."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from textual.css.stylesheet import Stylesheet

from backend.contract.faults import Refused
from backend.contract.served import Served
from ecp_tui.app import EcpApp
from ecp_tui.driver import SteadyDriver
from ecp_tui.host.mishaps import tell
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.context import Context
from ecp_tui.screens.recovering import recover_page
from ecp_tui.screens.sign_in import SignInScreen


class ServedApp(EcpApp):
    """Keeps nothing, opens nothing and starts nothing here; what goes wrong is told to the backend."""

    def __init__(
        self, context: Context, served: Served, session: socket.socket, sheet: Stylesheet | None = None
    ) -> None:
        """`sheet`: that of all pages, parsed already."""
        first = _first(context, served)
        super().__init__(context, first=first, driver_class=SteadyDriver, seen=sys.stdin.isatty)
        self._session = session
        if sheet is not None:
            self.stylesheet = sheet

    def unexpected(self, error: BaseException) -> Refused:
        return tell(self._session, error)

    def action_suspend_process(self) -> None:
        """Nobody could wake it."""

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """It would be a file of the server's."""

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """The browser would be the server's."""

    def deliver_text(self, *_: Any, **__: Any) -> None:
        """It would be a file of the server's."""

    def deliver_binary(self, *_: Any, **__: Any) -> None:
        """It would be a file of the server's."""


class AtHome(ServedApp):
    """Begins at Home."""

    DEFAULT_MODE: ClassVar[str] = "home"


class AtMenu(ServedApp):
    """Begins at Client Connect's own menu."""

    DEFAULT_MODE: ClassVar[str] = "client_connect"


def _first(context: Context, served: Served) -> Callable[[], EcpScreen] | None:
    if context.me is not None:
        return None
    return recover_page if served.page == "recover" else partial(SignInScreen, login_id=served.login_id)
