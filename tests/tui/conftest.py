"""Consoles for tests: the real one, before the real platform, in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from backend.contract.messages import DemoWorld
from backend.demo.routes import demo_routes
from backend.doors.http import create_app
from tests.tui.driver import Person, console
from tests.world import World

Opens = Callable[..., AbstractAsyncContextManager[Person]]
DEMO = DemoWorld(
    samples="/tmp/ecp-demo/samples",  # noqa: S108  only shown
    sftp_lines=(
        "sftp -P 2222 -i /tmp/ecp-demo/keys/CHAN01 -o UserKnownHostsFile=/tmp/ecp-demo/known_hosts CHAN01@127.0.0.1",
    ),
    ssh_host="127.0.0.1",
    ssh_port=2222,
    host_key_fingerprint="SHA256:" + "q7Lk" * 10 + "XYZ",
    samples_listing=(("SD1_01234_20220520.csv", "is accepted"), ("SD1_01234_20220519.csv", "wrong date: 4505")),
)


@pytest.fixture(autouse=True, scope="session")
def sheets_parsed_once() -> Iterator[None]:
    """Every console reads the same style sheets: each is parsed once for all of them."""
    parsed: dict[tuple[object, ...], list[RuleSet]] = {}
    parse = Stylesheet._parse_rules

    def parse_once(sheet: Stylesheet, *source: Any, **more: Any) -> list[RuleSet]:
        key = (source, *more.items(), *sheet._variables.items())
        if key not in parsed:
            parsed[key] = parse(sheet, *source, **more)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield


@pytest.fixture(autouse=True)
def a_terminal_of_256_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever terminal the tests are started in."""
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("COLORTERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def same_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes, seeds and QR codes that are the same in every run, so that what is captured changes only with the page."""
    monkeypatch.setattr("secrets.token_bytes", Random(0).randbytes)  # noqa: S311  they keep nothing secret


@pytest.fixture
def opens(world: World, tmp_path: Path) -> Opens:
    """Opens a console at the landing page; keywords are `console`'s."""

    def open_it(**options: Any) -> AbstractAsyncContextManager[Person]:
        transport = options.pop("transport", None) or httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
        return console(transport, tmp_path, world.clock.now, **options)

    return open_it


@pytest.fixture
async def person(opens: Opens) -> AsyncIterator[Person]:
    """Somebody before the landing page."""
    async with opens() as one:
        yield one


@pytest.fixture
async def chan(person: Person, world: World) -> Person:
    """CHAN01, signed in: a business user with two identities."""
    await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
    return person


@pytest.fixture
async def visitor(opens: Opens, world: World) -> AsyncIterator[Person]:
    """Somebody before the landing page of a demo."""
    services = replace(world.services, landing=world.services.landing.model_copy(update={"demo": True}))
    app = create_app(services)
    people = list(world.people.values())
    app.include_router(demo_routes(world.platform, people, lambda: DEMO))
    async with opens(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False)) as one:
        yield one
