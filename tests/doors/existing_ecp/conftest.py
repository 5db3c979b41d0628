"""The existing ECP in process, and a browser that fills in its forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

import httpx
import pytest

from backend.core.activity import Ledger
from backend.core.existing_accounts import ExistingAccounts
from backend.doors.existing_ecp import create_existing_app
from tests.world import World

LOGIN: Final = "ACME-OPS"
PDF: Final = b"%PDF-1.7 a declaration"
DECLARATION: Final = {"folder": "DECL", "identity_code": "01234", "input_date": "2022-05-19"}
FILE: Final = "DECL_01234_20220519.pdf"


@dataclass
class Browser:
    """Keeps cookies, sends the key of the form it was shown, and what browsers say of a form's origin."""

    client: httpx.AsyncClient
    page: str = ""

    async def open(self) -> httpx.Response:
        return self.shown(await self.client.get("/"))

    async def sign_in(self, password: str, login: str = LOGIN, **headers: str) -> httpx.Response:
        await self.open()
        fields = {"key": self.key, "login": login, "password": password}
        return self.shown(await self.client.post("/sign-in", data=fields, headers=headers))

    async def submit(
        self, content: bytes = PDF, name: str = FILE, headers: dict[str, str] | None = None, **other: str
    ) -> httpx.Response:
        fields = {"key": self.key, **DECLARATION, **other}
        return self.shown(
            await self.client.post("/submit", data=fields, files={"file": (name, content)}, headers=headers or {})
        )

    async def sign_out(self, key: str | None = None) -> httpx.Response:
        return self.shown(await self.client.post("/sign-out", data={"key": self.key if key is None else key}))

    def shown(self, answer: httpx.Response) -> httpx.Response:
        self.page = answer.text
        return answer

    @property
    def key(self) -> str:
        found = re.search(r'name="key" value="([^"]*)"', self.page)
        return unescape(found[1]) if found else ""

    @property
    def text(self) -> str:
        """What a person reads."""
        return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", self.page, flags=re.DOTALL)).split())


@dataclass
class Intake:
    world: World
    accounts: ExistingAccounts
    password: str

    def browser(self, source: str = "127.0.0.1", **options: Any) -> Browser:
        app = create_existing_app(self.world.services)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(source, 4711))
        options = {"base_url": "http://existing.test", "follow_redirects": True, **options}
        return Browser(httpx.AsyncClient(transport=transport, **options))

    async def signed_in(self) -> Browser:
        browser = self.browser()
        assert (await browser.sign_in(self.password)).status_code == 200
        return browser


def intake_of(world: World) -> Intake:
    platform = world.platform
    accounts = ExistingAccounts(platform.store, world.clock, Ledger(platform.settings.origin), platform.hasher)
    return Intake(world, accounts, accounts.add(LOGIN, "ACME", "Operations", ["01234", "01235"]))


@pytest.fixture
def intake(world: World) -> Iterator[Intake]:
    yield intake_of(world)
