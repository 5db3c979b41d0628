"""The browser edition before a real platform, and somebody who visits it without a browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from ssl import SSLContext
from typing import Any, Final

import aiohttp
from yarl import URL

from backend.adapters.passwords import Argon2Passwords
from backend.doors.http import create_app
from backend.settings import Settings
from backend.wiring import open_platform
from ecp_tui.web.server import listening
from ecp_tui.web.site import Site
from tests.databases import Prepared
from tests.web.chromium import AGENT, Chromium, Tab
from tests.world import FRIDAY, SetClock, World

CHROME: Final = {"user-agent": AGENT.format(version=120), "accept": "text/html,*/*"}


@dataclass
class RunningClock(SetClock):
    """The time it is, so that consoles in processes of their own agree; it can still be moved."""

    def now(self) -> datetime:
        return datetime.now(UTC) + (self.at - FRIDAY)


@contextmanager
def running_world(prepared: Prepared, data_dir: Path) -> Iterator[World]:
    """The prepared world, which lies in `data_dir`, as of now."""
    clock = RunningClock()
    platform = open_platform(Settings(data_dir=data_dir), clock=clock, hasher=Argon2Passwords(memory_kib=64, passes=1))
    try:
        yield World(platform, clock, create_app(platform.services), dict(prepared.people))
    finally:
        platform.close()


@dataclass
class Edition:
    """Where it is, and the platform behind it."""

    site: Site
    world: World

    @property
    def url(self) -> str:
        return self.site.public_url

    @asynccontextmanager
    async def visitor(self, **headers: str) -> AsyncIterator[Visitor]:
        jar = aiohttp.CookieJar(unsafe=True)  # which keeps cookies of addresses, too
        async with aiohttp.ClientSession(self.url, headers=CHROME | headers, cookie_jar=jar) as http:
            yield Visitor(http, self)


@dataclass
class Visitor:
    """Somebody with cookies of their own, who follows no redirect."""

    http: aiohttp.ClientSession
    edition: Edition

    async def ask(self, method: str, path: str, *, origin: str | None = "", **options: Any) -> tuple[int, str]:
        """Status and body; with the right Origin unless another one, or none, is given."""
        headers = dict(options.pop("headers", {}))
        if origin is not None:
            headers["origin"] = origin or self.edition.url
        url = URL(self.edition.url + path, encoded=True)  # as it is, dots and all
        async with self.http.request(method, url, headers=headers, allow_redirects=False, **options) as answer:
            self.headers = answer.headers
            return answer.status, (await answer.read()).decode("utf-8", "replace")

    async def form(self, login_id: str, /, *, ssl: SSLContext | bool = True, **other: str) -> dict[str, str]:
        """The form as its page gives it, filled in rightly but for `other`."""
        _, page = await self.ask("GET", "/", ssl=ssl)
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        world = self.edition.world
        right = {"login_id": login_id, "password": world.people[login_id].password}
        return {**hidden, **right, "otp": other.get("otp") or world.fresh_otp(login_id), **other}

    async def sign_in(
        self, login_id: str = "CHAN01", /, *, ssl: SSLContext | bool = True, **other: str
    ) -> tuple[int, str]:
        return await self.ask("POST", "/sign-in", data=await self.form(login_id, ssl=ssl, **other), ssl=ssl)

    def line(self, *, origin: str | None = "", query: str = "?width=80&height=24", **options: Any) -> Any:
        """The console's websocket."""
        headers = {} if origin is None else {"origin": origin or self.edition.url}
        return self.http.ws_connect(f"/line/dark{query}", headers=headers, max_msg_size=64 * 1024 * 1024, **options)


@asynccontextmanager
async def open_edition(world: World, server: str, folder: Path, **settings: Any) -> AsyncIterator[Edition]:
    async with listening(Site(server=server, port=0, log=folder / "web" / "web.log", **settings)) as site:
        yield Edition(site, world)


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.05)


async def signed_in(edition: Edition, browser: Chromium, login_id: str = "CHAN01") -> Tab:
    """A tab with the console."""
    world = edition.world
    return await enter(browser, edition.url, login_id, world.people[login_id].password, world.fresh_otp(login_id))


async def enter(browser: Chromium, url: str, *fields: str) -> Tab:
    """Signs in by the form, as a person fills it in: login ID, password, One-Time-Password."""
    tab = await browser.tab()
    await tab.go(f"{url}/")
    await tab.until("document.activeElement.id == 'login_id'")
    for words in fields:
        await tab.type(words)
        await tab.press("Tab")
    await tab.press("Enter")
    await tab.sees("until")
    return tab
