"""A rehearsal: every page is painted once where nobody sees it, so that forks share what painting leaves behind."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from textual.css.stylesheet import Stylesheet

import ecp_tui
from backend.contract.messages import Me
from backend.contract.served import Served
from ecp_tui.app import FRONT
from ecp_tui.commands.call import new_client
from ecp_tui.config import of_served
from ecp_tui.host.app import AtHome
from ecp_tui.places import BUILT
from ecp_tui.screens.context import Context
from ecp_tui.screens.recovering import recover_page
from ecp_tui.screens.sign_in import SignInScreen

_NOBODY: Final = "REHEARSAL"
_NOWHERE: Final = Served("http://127.0.0.1:1", "", None, _NOBODY, "console", "localhost", 1, "", {})
_CONSOLE: Final = Path(ecp_tui.__path__[0])
_SIZES: Final = ((80, 24), (120, 40))
_LONG: Final = timedelta(days=1)


def rehearse() -> Stylesheet | None:
    """The sheet of all pages, parsed. Nothing of the rehearsal goes on afterwards: no loop, no thread.

    One that fails is no reason to show nobody anything; pages are then parsed by whoever sees them.
    """
    os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
    ours, theirs = socket.socketpair()
    try:
        with ours, theirs:
            return asyncio.run(_rehearse(ours))
    except Exception as error:  # whatever it is
        sys.stderr.write(f"ecp_tui.host: the rehearsal failed: {error!r}\n")
        return None
    finally:
        os.environ.clear()
        if threading.active_count() != 1:
            raise RuntimeError("a thread of the rehearsal goes on")


async def _rehearse(session: socket.socket) -> Stylesheet:
    config = of_served(_NOWHERE)
    client = new_client(config, "none")
    context = Context(lambda: client, config, reach="ssh", me=_nobody())
    app = AtHome(context, _NOWHERE, session)
    async with app.run_test(size=_SIZES[0]) as pilot:
        for path in sorted(_CONSOLE.rglob("*.tcss")):
            app.stylesheet.read(path)
        app.stylesheet.parse()
        for place in ("client_connect", *BUILT, FRONT):
            await app.switch_mode(place)
            await pilot.pause()
        for page in (SignInScreen(), recover_page()):
            await app.push_screen(page)
            await pilot.pause()
        await pilot.press("f1", "escape", "ctrl+p", "escape", "ctrl+q")
        await pilot.resize_terminal(*_SIZES[1])
    await client.close()
    return app.stylesheet


def _nobody() -> Me:
    """Somebody who sees everything, were there a server to ask."""
    ends = datetime.now(UTC) + _LONG
    return Me(
        login_id=_NOBODY,
        name=_NOBODY,
        kind="business",
        company=_NOBODY,
        company_name=_NOBODY,
        functions=(),
        identities=(),
        delegated_administrators=(),
        enters_ecp=True,
        expires=ends,
        idle_expires=ends,
    )
