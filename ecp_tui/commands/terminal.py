"""Opening the console, after seeing that there is a terminal for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from backend.contract.faults import TERMINAL_NOT_SUPPORTED, Refused
from ecp_tui.config import Config
from ecp_tui.server import refuse_unusable

if TYPE_CHECKING:
    from textual.driver import Driver

    from ecp_tui.client import EcpClient


def require_terminal(environ: Mapping[str, str] | None = None) -> None:
    """Refuses with 2003 where a console cannot be shown, before anything of it is loaded."""
    env = os.environ if environ is None else environ
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused(TERMINAL_NOT_SUPPORTED, found="input or output is a file or pipe")
    if env.get("TERM", "") in {"", "dumb"} and os.name != "nt":
        found = "TERM is dumb" if env.get("TERM") else "TERM is not set"
        raise Refused(TERMINAL_NOT_SUPPORTED, found=found)


def open_console(config: Config, at: str | None = None) -> int:
    """Runs the console until it is left; its exit code."""
    refuse_unusable(config)
    from ecp_tui.app import EcpApp  # nothing before this line loads Textual
    from ecp_tui.screens.context import Context
    from ecp_tui.screens.sign_in import SignInScreen

    first = partial(SignInScreen, bookmarked=True) if at == "sign-in" else None  # without the landing page: 1003
    context = Context(partial(_client, config), config)
    app = EcpApp(context, first=first, driver_class=_driver(), seen=sys.stdin.isatty)
    app.run()
    return app.return_code or 0


def wants_plain(flag: bool, environ: Mapping[str, str] | None = None) -> bool:
    """Whether accessible mode is wanted: by --accessible, or by ACCESSIBLE=1."""
    env = os.environ if environ is None else environ
    return flag or env.get("ACCESSIBLE", "") not in {"", "0"}


def open_plain(config: Config, at: str | None = None) -> int:
    """Runs accessible mode until it is left; its exit code. It needs no terminal, and loads none."""
    refuse_unusable(config)
    from ecp_tui.commands.call import new_client  # a command must not pay for either
    from ecp_tui.plain.start import run

    client = new_client(config, config.served.token if config.served is not None else None)
    return run(config, client, at_sign_in=at == "sign-in")


def _driver() -> type[Driver] | None:
    """Textual's own on Windows."""
    if sys.platform == "win32":
        return None
    from ecp_tui.driver import SteadyDriver

    return SteadyDriver


def _client(config: Config) -> EcpClient:
    from ecp_tui.commands.call import new_client  # loaded beside the first page

    return new_client(config)
