"""`ecp` alone: opens the console of the server named, or asks for one and offers the demo."""

from __future__ import annotations

from pathlib import Path

import click

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from ecp_tui.commands.demo import play
from ecp_tui.commands.terminal import open_console, open_plain, require_terminal
from ecp_tui.config import load


def start(
    *,
    profile: str | None,
    server: str | None,
    ca_file: Path | None,
    at: str | None,
    no_input: bool,
    plain: bool = False,
) -> int:
    """The console of the server named, or of the profile; with neither it asks, and offers the demo."""
    try:
        if not plain:
            require_terminal()
        config = load(profile=profile, server=server, ca_file=ca_file)
        if config.server is None:
            chosen = _ask_for_server(no_input)
            if chosen is None:
                return play(config, None, plain=plain)
            from ecp_tui.commands.profiles import save_server  # opening the console must not pay for it

            save_server(config, chosen, ca_file)
            config = load(profile=profile, server=chosen, ca_file=ca_file)
        return open_plain(config, at) if plain else open_console(config, at)
    except Refused as refused:
        click.echo(str(refused), err=True)
        return int(refused.fault.exit)


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
