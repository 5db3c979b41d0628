"""`ecp` alone: opens the console, after seeing that there is a terminal and a server for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from backend.contract.faults import NOT_UNDERSTOOD, TERMINAL_NOT_SUPPORTED, Refused
from ecp_tui.config import Config, load, save_server


def start(*, profile: str | None, server: str | None, ca_file: Path | None, at: str | None, no_input: bool) -> int:
    """The console of the server named, or of the profile; with neither it asks, and offers the demo."""
    try:
        require_terminal()
        config = load(profile=profile, server=server, ca_file=ca_file)
        if config.server is None:
            chosen = _ask_for_server(no_input)
            if chosen is None:
                from ecp_tui.commands.demo import play  # only who asks for the demo pays for it

                return play(config, None)
            save_server(config, chosen, ca_file)
            config = load(profile=profile, server=chosen, ca_file=ca_file)
        return open_console(config, at)
    except Refused as refused:
        click.echo(str(refused), err=True)
        return int(refused.fault.exit)


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
    from ecp_tui.app import EcpApp  # nothing before this line loads Textual
    from ecp_tui.commands.call import new_client
    from ecp_tui.screens.context import Context

    app = EcpApp(Context(new_client(config), config), at_sign_in=at == "sign-in")
    app.run()
    return app.return_code or 0


def _ask_for_server(no_input: bool) -> str | None:
    """The address typed, or `None` for the demo."""
    if no_input:
        raise Refused(NOT_UNDERSTOOD, what="No server is named: add --server URL, or run ecp demo.")
    click.echo("Which server? Type its address, such as https://ecp.example.org:8443,")
    click.echo("or press Enter for a demo on this computer.")
    typed = str(click.prompt("Server", default="", show_default=False)).strip()
    if not typed or typed.lower() == "demo":
        return None
    return typed if "://" in typed else f"https://{typed}"
