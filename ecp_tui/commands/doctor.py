"""`ecp doctor`: what the console finds here, and what to do about what is not right."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator

import click

from backend.contract.faults import Exit
from backend.contract.findings import Finding, as_data, as_lines, worst
from backend.contract.rules.shown import shown
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.line_checks import endpoint, server
from ecp_tui.commands.terminal_checks import terminal
from ecp_tui.config import Config, read_session
from ecp_tui.widgets.filters import needs_ascii


@click.command()
@command
async def doctor(call: Call) -> Exit:
    """Look at terminal, colours, clipboard, server, certificate, clock and settings; exit 1 where something is wrong.

    \b
    Examples:
      ecp doctor
      ecp doctor --server https://ecp.example.org:8443 --json
    """
    there = call.config.served
    environ = os.environ if there is None else there.terminal
    found = [*terminal(call.config, environ)]
    if there is not None:  # the rest would be about the server's own computer
        found.append(Finding("connection", "ok", f"{there.line}, host key {there.fingerprint}"))
    else:
        found += [one async for one in server(call.config)]
        found += [await endpoint(call.config), *_settings(call.config), _session(call.config)]
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    ascii_only = needs_ascii(call.config.glyphs, environ)
    call.answer(as_data(found), as_lines(found, columns=columns, ascii_only=ascii_only))
    return Exit.FAILED if worst(found) == "problem" else Exit.OK


def _settings(config: Config) -> Iterator[Finding]:
    there = "" if config.file.exists() else " (not written yet)"
    said = f"profile {shown(config.profile, 40)} of {shown(str(config.file), 200)}{there}"
    if config.problems:
        yield Finding("settings", "warning", f"{said}: {' '.join(config.problems)}", "Correct it there.")
    else:
        yield Finding("settings", "ok", said)


def _session(config: Config) -> Finding:
    kept = read_session(config)
    if kept is None:
        return Finding("session", "ok", "none is kept here: ecp login LOGIN_ID keeps one for commands")
    return Finding("session", "ok", f"kept for {shown(kept.login_id, 40)} in {shown(str(config.session_dir), 200)}")
