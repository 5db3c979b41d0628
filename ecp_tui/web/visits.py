"""Visits: browsers that signed in, each with its console, which stays a minute where its page has gone."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from backend.contract.faults import TOO_MANY_HANDLES, Refused
from ecp_tui.client import EcpClient
from ecp_tui.screens.mishap import write_down
from ecp_tui.web.process import ConsoleProcess
from ecp_tui.web.shelf import Shelf
from ecp_tui.web.sizes import USUAL

GRACE: Final = 60.0
"""Seconds that a console waits for a page: a reload takes one, a line that broke a few."""
MOST: Final = 200
MOST_OF_ONE: Final = 4
_OPENERS: Final = {"upload": "/upload/", "download": "/download/", "save": "/download/"}


class Closed(IntEnum):
    """Why a page is closed, as its script reads it."""

    LEFT = 4000
    ELSEWHERE = 4001
    BROKEN = 4002
    STOPPING = 4003


@dataclass(eq=False)
class Visit:
    """One browser that signed in. `client` is signed in as well, to end the session where the console cannot."""

    login_id: str
    client: EcpClient
    opening: dict[str, Any]
    log: Path
    shelf: Shelf = field(default_factory=Shelf)
    ended: Callable[[Visit], None] = lambda _: None
    console: ConsoleProcess | None = None
    page: web.WebSocketResponse | None = None
    _following: asyncio.Task[None] | None = None
    _waiting: asyncio.TimerHandle | None = None
    _farewells: set[asyncio.Task[bool]] = field(default_factory=set)
    _size: tuple[int, int] = USUAL
    _over: bool = False

    # ── pages come and go ────────────────────────────────────────────────────────────────────────────────────

    async def show_in(self, page: web.WebSocketResponse, width: int, height: int, theme: str) -> None:
        """This page shows it from now on; one that did is told."""
        before, self.page = self.page, page
        self._size = (width, height)
        self._wait_no_longer()
        if before is not None:  # and it is not waited for: its computer may be asleep
            self._farewells.add(farewell := asyncio.create_task(before.close(code=Closed.ELSEWHERE)))
            farewell.add_done_callback(self._farewells.discard)
        if self._following is None:
            self._following = asyncio.create_task(self._run(theme))
        elif self.console is not None:
            await self.console.attach(width, height)

    async def resize(self, width: int, height: int) -> None:
        self._size = (width, height)
        if self.console is not None:
            await self.console.resize(width, height)

    async def type(self, text: str) -> None:
        if self.console is not None:
            await self.console.type(text)

    def left_by(self, page: web.WebSocketResponse) -> None:
        """The page has gone: another may come within a minute."""
        if self.page is page:
            self.page = None
            self.wait()

    def wait(self) -> None:
        """Ends unless a page comes."""
        self._wait_no_longer()
        if not self._over:
            self._waiting = asyncio.get_running_loop().call_later(GRACE, lambda: asyncio.ensure_future(self.end()))

    def _wait_no_longer(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    # ── the console ──────────────────────────────────────────────────────────────────────────────────────────

    async def _run(self, theme: str) -> None:
        code = 1
        try:
            self.console = await ConsoleProcess.start(self.opening | {"size": self._size, "theme": theme}, self.log)
            await self.console.resize(*self._size)  # which may have changed meanwhile
            code = await self.console.follow(self._shown, self._told)
        except OSError as error:  # no process is to be had
            write_down(error, self.log, datetime.now(UTC))
        finally:
            await self.end(Closed.BROKEN if code else Closed.LEFT)

    async def _shown(self, painted: bytes) -> None:
        if (page := self.page) is not None and not page.closed:
            with suppress(ConnectionError):
                await page.send_bytes(painted)

    async def _told(self, words: Mapping[str, Any]) -> None:
        """A link to open beside the console is all that it can ask for."""
        if words.get("type") == "link" and (key := self.shelf.put(words)) and (page := self.page) is not None:
            with suppress(ConnectionError):
                await page.send_json(["open_url", {"url": f"{_OPENERS[words['kind']]}{key}", "new_tab": True}])

    async def end(self, why: Closed = Closed.LEFT) -> None:
        """Ends console, session and links; what waits for them is told why."""
        if self._over:
            return
        self._over = True
        self._wait_no_longer()
        self.ended(self)
        self.shelf.clear()
        if self.console is not None:
            await self.console.stop()
        with suppress(Refused):  # it ended already, or ends by itself
            await self.client.sign_out()
        await self.client.close()
        if self.page is not None:
            await self.page.close(code=why)


class Visits:
    """All visits, by what their browsers' cookies hold; of that only a hash is kept."""

    def __init__(self) -> None:
        self._visits: dict[bytes, Visit] = {}

    def open(self, visit: Visit) -> str:
        """What the cookie is to hold; 5005 where there are too many."""
        of_one = sum(one.login_id == visit.login_id for one in self._visits.values())
        if of_one >= MOST_OF_ONE or len(self._visits) >= MOST:
            raise Refused(TOO_MANY_HANDLES)
        cookie = secrets.token_urlsafe(32)
        self._visits[_hashed(cookie)] = visit
        visit.ended = self._forget
        visit.wait()
        return cookie

    def of(self, cookie: str) -> Visit | None:
        return self._visits.get(_hashed(cookie))

    async def end_all(self) -> None:
        await asyncio.gather(*(visit.end(Closed.STOPPING) for visit in tuple(self._visits.values())))

    def _forget(self, visit: Visit) -> None:
        self._visits = {key: one for key, one in self._visits.items() if one is not visit}


def _hashed(cookie: str) -> bytes:
    return sha256(cookie.encode()).digest()
