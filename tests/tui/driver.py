"""A person at the console: presses keys, and looks at the 80 by 24 cells that a terminal would show."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from textual import _wait, events
from textual.pilot import Pilot

from backend.demo.world import Credentials
from ecp_tui.app import EcpApp
from ecp_tui.client import EcpClient
from ecp_tui.config import Config
from ecp_tui.places import PLACES
from ecp_tui.screens.context import Context, Reach
from ecp_tui.screens.sign_in import SignInScreen
from ecp_tui.widgets.table import Table

SERVER = "http://127.0.0.1:8443"
PATIENCE = 25.0
CAPTURES = Path(__file__).parent / "screens"
_wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = 0.006, 0.0012
"""Seconds after which a console that used no processor has settled: three such waits lie in every key pressed."""


class Person:
    """Acts through keys alone, and sees what is on the screen."""

    def __init__(self, app: EcpApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
        await self.pilot.pause()

    async def types(self, text: str) -> None:
        await self.press(*(_key(character) for character in text))

    async def goes_to(self, place: str) -> None:
        """By ctrl+o and the digit, which work from everywhere."""
        digit = next(row.digit for row in PLACES if row.name == place)
        await self.press("ctrl+o")
        await self.sees("Go to")
        await self.press(str(digit))

    async def goes_on_to(self, part: str) -> None:
        """From the operator's list of parts."""
        await self.goes_to("Operator")
        await self.sees("Today", "Platform")
        await self.chooses(part)

    async def pastes(self, text: str) -> None:
        """Into the field that has the focus, as a terminal does."""
        self.app.post_message(events.Paste(text))
        await self.pilot.pause()

    async def opens_sign_in(self) -> None:
        """From the landing page, by its Client Connect button."""
        await self.sees("Client Connect", "times")
        self.app.screen.query_one("#client-connect").focus()
        await self.press("enter")
        await self.sees("Sign in to Client Connect", "waits until")

    async def fills_in(self, *values: str) -> None:
        """The fields of a form one after the other, from the one where the cursor is."""
        for place, value in enumerate(values):
            if place:
                await self.press("tab")
            await self.pastes(value)

    async def sign_in_as(self, login_id: str, who: Credentials, otp: str) -> None:
        """From the landing page to the first page behind it, without the keys of the sign-in page between them."""
        await self.sees("Client Connect", "times")
        context = self.app.context
        begun = await context.client.begin_sign_in()
        ticket = await context.client.sign_in(begun.transaction, login_id, who.password, otp)
        me = await context.client.open_session(ticket.ticket)
        context.login_id = login_id
        self.app.post_message(SignInScreen.SignedIn(me, "home"))
        await self.sees("until")  # the narrowest header names nobody

    async def chooses(self, key: str) -> None:
        """Puts the cursor on a row of the list in front, and opens it."""
        self.app.screen.query_one(Table).go_to(key)
        await self.press("enter")

    # ── looks ────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def screen(self) -> str:
        """What is on the screen: one line a row, without trailing spaces."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in lines)

    async def sees(self, *words: str) -> None:
        """Waits until all the words are on the screen."""
        await self.waits_until(lambda: all(word in self.screen for word in words), f"to see {words}")

    async def does_not_see(self, *words: str) -> None:
        """The words are not on the screen, or go within a moment."""
        await self.waits_until(lambda: not any(word in self.screen for word in words), f"not to see {words}")

    async def waits_until(self, seen: Callable[[], bool], what: str) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not seen():
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"waited {PATIENCE} s {what}; the screen shows:\n{self.screen}")
            await self.pilot.pause(0.02)
        await self.pilot.pause()

    def keeps(self, name: str) -> str:
        """Writes the screen to tests/tui/screens/NAME.txt where `make screens` asks for it, for a person to look at."""
        text = self.screen
        if "ECP_WRITE_SCREENS" in os.environ:
            CAPTURES.mkdir(exist_ok=True)
            (CAPTURES / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
        return text


class Cuttable(httpx.ASGITransport):
    """The line to the server; while it is `down` nothing answers."""

    down = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("connection refused", request=request)
        return await super().handle_async_request(request)


@asynccontextmanager
async def console(
    transport: httpx.AsyncBaseTransport,
    tmp_path: Path,
    clock: Callable[[], datetime],
    *,
    size: tuple[int, int] = (80, 24),
    at_sign_in: bool = False,
    reach: Reach = "here",
    **settings: Any,
) -> AsyncIterator[Person]:
    """A console on a terminal of its own, before the server behind `transport`; `settings` are `Config`'s."""
    config = Config(
        file=tmp_path / "config.toml",
        state_dir=tmp_path / "state",
        session_dir=tmp_path / "session",
        server=SERVER,
        **{"glyphs": "unicode", "animations": False, **settings},
    )
    client = EcpClient(SERVER, transport=transport)
    first = partial(SignInScreen, bookmarked=True) if at_sign_in else None
    app = EcpApp(Context(lambda: client, config, reach=reach, clock=clock), first=first)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Person(app, pilot)
    await app.context.transfers.close()
    await client.close()


def _key(character: str) -> str:
    named = {" ": "space", "\n": "enter", "?": "question_mark", "/": "slash", ".": "full_stop", "-": "minus"}
    return named.get(character, character)
