"""The HTTP door: in process, and on a real socket of this machine."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
import uvicorn

from backend.serving import _uvicorn
from tests.doors.http.asking import Asking
from tests.world import World


@dataclass
class Served:
    """A world on a real socket."""

    world: World
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def client(self, login_id: str | None = None, **options: Any) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.world.token(login_id)}"} if login_id else {}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=30, **options)


@contextmanager
def serving(world: World, **settings: Any) -> Iterator[Served]:
    """The world as `ecpd serve` configures it, in a thread."""
    config = _uvicorn(replace(world.platform, settings=replace(world.platform.settings, **settings)), world.app)
    server = uvicorn.Server(config)
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([bound])), daemon=True)
    thread.start()
    try:
        while not server.started:
            threading.Event().wait(0.005)
        yield Served(world, *bound.getsockname()[:2])
    finally:
        server.should_exit = True
        thread.join(20)
        bound.close()


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    with serving(world) as made:
        yield made


@pytest.fixture
def ask(world: World) -> Asking:
    """One request to the app in process; `who` signs in first."""
    tokens: dict[str, str] = {}

    def one(method: str, path: str, who: str | None = None, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", {}))
        if who is not None:
            if who not in tokens:
                tokens[who] = world.token(who)
            headers["authorization"] = f"Bearer {tokens[who]}"

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, headers=headers, **options)

        return asyncio.run(asked())

    return one
