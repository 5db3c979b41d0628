"""The server is killed under four firms that write at once: no receipt without bytes, leaf and signature; none lost."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import time
from base64 import b32decode
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from backend.adapters.one_time_codes import code, step_at
from backend.contract import paths
from ecp_tui.client import EcpClient
from tests.campaigns import figures
from tests.campaigns.served import Served, served
from tests.databases import running_postgres

pytestmark = [pytest.mark.slow, pytest.mark.campaign]
ROUNDS = int(os.environ.get("ECP_CAMPAIGN_ROUNDS", "200"))
SERVERS = 2
STEPS = (
    *("judging", "judged", "fsyncing", "fsynced", "renaming", "renamed"),
    *("unit begun", "recorded", "committing", "committed", "answering"),
)
_LONGEST = 0.25
"""Seconds that they write undisturbed: some twenty submissions."""
WRITERS = (("CHAN01", "01234"), ("LEE02", "01234"), ("CHAN01", "01235"), ("TAI09", "09999"))
"""Two of them under the very same names."""


@dataclass
class Writer:
    """One firm's program: it submits one file after another, and asks again for what was not answered."""

    world: Served
    identity: str
    token: str
    submission: str = ""
    name: str = ""
    day: str = ""
    data: bytes = b""
    receipts: dict[str, dict[str, str]] = field(default_factory=dict)
    """What it was told, by submission id."""
    sent: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)

    async def writes(self) -> None:
        """Until the server is gone."""
        async with self._client() as client:
            while True:
                if not self.submission:
                    self._next()
                with suppress(httpx.TransportError):
                    await self._asks(client)
                    continue
                return

    async def asks_again(self) -> None:
        """What was never answered, and the last that was: the same receipt, whatever had been told before."""
        async with self._client() as client:
            if self.submission:
                await self._asks(client)
            for submission in list(self.sent)[-2:]:
                self.submission = submission
                self.name, self.day, self.data = self.sent[submission]
                await self._asks(client)

    def _next(self) -> None:
        path = self.world.path(len(self.sent), self.identity)
        self.name, self.submission = path.rpartition("/")[2], uuid4().hex
        self.day = f"{self.name[-12:-8]}-{self.name[-8:-6]}-{self.name[-6:-4]}"
        self.data = self.world.content(2_000)

    async def _asks(self, client: httpx.AsyncClient) -> None:
        where = {"folder": "SD-1", "identity_code": self.identity, "input_date": self.day, "file_name": self.name}
        answer = await client.put(paths.submission(self.submission), params=where, content=self.data)
        if answer.status_code == 503:  # it is about to end
            raise httpx.ReadError("going down")
        assert answer.status_code == 200, answer.text
        told = answer.json()
        receipt = {name: told[name] for name in ("receipt", "leaf_hash", "signature", "signed_by")}
        assert self.receipts.setdefault(self.submission, receipt) == receipt, "another receipt than before"
        sha256 = hashlib.sha256(self.data).hexdigest()
        assert f"\nsha256: {sha256}\n" in receipt["receipt"] and receipt["signature"]
        if self.submission not in self.sent:
            self.world.told.accepted.append(sha256)
        self.sent[self.submission] = (self.name, self.day, self.data)
        self.submission = ""

    def _client(self) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {self.token}", paths.VERSION_HEADER: paths.VERSION}
        headers |= {"content-type": "application/octet-stream"}
        return httpx.AsyncClient(base_url=self.world.ready["http"], headers=headers, timeout=20)


async def _token(world: Served, login_id: str) -> str:
    who = next(one for one in world.ready["accounts"] if one["login_id"] == login_id)
    client = EcpClient(world.ready["http"])
    try:
        begun = await client.begin_sign_in()
        otp = code(b32decode(who["otp_secret"]), step_at(datetime.now(UTC)))
        ticket = await client.sign_in(begun.transaction, login_id, who["password"], otp)
        await client.open_session(ticket.ticket)
        assert client.token is not None
        return client.token
    finally:
        await client.close()


async def _killed(world: Served, writers: list[Writer], number: int, dice: random.Random) -> None:
    """One kill: at a named step every other time, at any instant otherwise."""
    writing = [asyncio.create_task(one.writes()) for one in writers]
    await asyncio.sleep(dice.random() * _LONGEST)
    if number % 2:
        world.fault(f"kill {STEPS[number // 2 % len(STEPS)]}")
        await world.dead()
    else:
        await world.kill()
    await asyncio.gather(*writing)
    await world.start()
    world.look()
    await asyncio.gather(*(one.asks_again() for one in writers))
    world.kills += 1


async def _campaign(data_dir: Path, database_url: str, first: int) -> Served:
    async with served(data_dir, database_url) as world:
        tokens = {login_id: await _token(world, login_id) for login_id in {who for who, _ in WRITERS}}
        writers = [Writer(world, identity, tokens[login_id]) for login_id, identity in WRITERS]
        dice = random.Random(first)  # noqa: S311 - the same instants each time
        for number in range(first, ROUNDS, SERVERS):
            await _killed(world, writers, number // SERVERS, dice)
        found = world.look()
        told = [receipt["receipt"] for one in writers for receipt in one.receipts.values()]
        assert len(told) > ROUNDS // SERVERS, "they hardly wrote anything"
        hashes = {row["leaf_hash"].hex() for row in found.accepted}
        assert {receipt["leaf_hash"] for one in writers for receipt in one.receipts.values()} <= hashes
        await world.swept()
    return world


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """A database for each server."""
    if request.param == "sqlite":
        yield [""] * SERVERS
        return
    with ExitStack() as stack:
        postgres = stack.enter_context(running_postgres())
        yield [stack.enter_context(postgres.database()) for _ in range(SERVERS)]


@pytest.mark.timeout(3600)
async def test_no_receipt_is_without_its_leaf_and_none_is_lost(tmp_path: Path, databases: list[str]) -> None:
    started = time.monotonic()
    worlds = await asyncio.gather(
        *(_campaign(tmp_path / f"world-{number}", url, number) for number, url in enumerate(databases))
    )
    assert sum(world.kills for world in worlds) == ROUNDS
    which = "PostgreSQL" if databases[0] else "SQLite"
    figures.add(f"kill -9 under four writing clients, {which}", ROUNDS, [world.told for world in worlds], started)
