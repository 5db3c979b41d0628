"""What a child runs: one command, or the console until it is left."""

from __future__ import annotations

import asyncio
import signal
import socket
from typing import Final

import click
from textual.css.stylesheet import Stylesheet

from backend.contract.faults import Refused
from backend.contract.served import Served
from ecp_tui.__main__ import run
from ecp_tui.app import first_place
from ecp_tui.commands.call import new_client
from ecp_tui.commands.terminal import require_terminal, wants_plain
from ecp_tui.config import of_served
from ecp_tui.host.app import AtHome, AtMenu, ServedApp
from ecp_tui.screens.context import Context

_BY_SIGNAL: Final = 128


def run_session(served: Served, session: socket.socket, sheet: Stylesheet | None) -> int:
    """Its exit code."""
    if served.arguments is not None:
        return run(served.arguments, served)
    if wants_plain(False):
        return run(("--accessible",), served)
    try:
        require_terminal()
    except Refused as refused:
        click.echo(str(refused), err=True)
        return int(refused.fault.exit)
    return asyncio.run(_console(served, session, sheet))


async def _console(served: Served, session: socket.socket, sheet: Stylesheet | None) -> int:
    config = of_served(served)
    client = new_client(config, served.token)
    context = Context(lambda: client, config, reach="ssh", login_id=served.login_id)
    app = (await _kind(context, served))(context, served, session, sheet)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGTERM):
        loop.add_signal_handler(number, app.exit, None, _BY_SIGNAL + number)
    await app.run_async()
    await client.close()
    return app.return_code or 0


async def _kind(context: Context, served: Served) -> type[ServedApp]:
    """Whoever signed in by SSH begins where their work is; where that cannot be asked, at the landing page."""
    if served.token is None:
        return ServedApp
    try:
        landing, me = await asyncio.gather(context.client.landing(), context.client.me())
    except Refused:
        context.client.token = None
        return ServedApp
    context.landing, context.me = landing, me
    return AtHome if first_place(me) == "home" else AtMenu
