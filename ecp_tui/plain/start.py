"""Accessible mode from its first line to its last: signing in, the menu, and leaving."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from backend.contract.faults import Exit, Refused
from backend.contract.served import Served
from ecp_tui.client import EcpClient
from ecp_tui.config import Config
from ecp_tui.plain.entering import entrance, sign_in, welcome
from ecp_tui.plain.menu import main_menu
from ecp_tui.plain.recovering import recover
from ecp_tui.plain.talk import Back, Gone, Talk, standard
from ecp_tui.plain.visit import SignedOut, Visit


def run(config: Config, client: EcpClient, talk: Talk | None = None, *, at_sign_in: bool = False) -> int:
    """Until it is left; its exit code. `at_sign_in` begins there instead of at the start."""
    if talk is None:
        talk = standard()
        signal.signal(signal.SIGTERM, _end)
    with asyncio.Runner() as runner:
        visit = Visit(talk, client, config, runner)
        visit.signs_in = lambda login_id: sign_in(visit, login_id)
        try:
            _visit(visit, config.served, at_sign_in)
            talk.say("Left.")
        except Gone:
            with suppress(OSError):
                talk.say("Left.")
        except Refused as refused:  # the first answer of the server is one
            talk.fault(refused)
            return int(refused.fault.exit)
        finally:
            runner.run(_leave(client))
    return int(Exit.OK)


def _visit(visit: Visit, served: Served | None, at_sign_in: bool) -> None:
    """Ends by `Back` from the start, or when nobody types any more."""
    if served is not None and served.page == "recover":
        visit.look()
        visit.talk.attempt(lambda: recover(visit))
        return
    if visit.client.token is not None:
        visit.look()
        visit.me = visit.run(visit.client.me, background=False)
        welcome(visit, visit.me)
    elif at_sign_in or (served is not None and served.page == "sign_in"):
        visit.look()
        visit.talk.attempt(lambda: sign_in(visit, served.login_id if served is not None else ""))
    while True:
        try:
            if visit.me is None:
                entrance(visit)
            main_menu(visit)
        except SignedOut:
            continue
        except Back:
            return


async def _leave(client: EcpClient) -> None:
    """Nobody can come back to this session: it ends on the server, too, if that answers."""
    if client.token is not None:
        with suppress(Refused):
            await client.sign_out()
    await client.close()


def _end(*_: object) -> NoReturn:
    """So that a terminal that hides a password is put right first."""
    sys.exit(128 + signal.SIGTERM)
