"""Fixtures for everybody: a world on SQLite, and stories that run on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn

import pytest
import structlog
from hypothesis import settings
from sqlalchemy import make_url

from tests.databases import Postgres, Prepared, copied_world, prepared_world, running_postgres
from tests.world import World

settings.register_profile("ecp", deadline=None, database=None, max_examples=60)
settings.load_profile("ecp")


_HERE: Final = Path(__file__).parent
_WHOLE_PROGRAMS: Final = frozenset({"clients", "e2e", "host", "web"})
_FIRST: Final = "test_first_light.py"
"""The one of them that is told in every run."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "databases: what databases do differently, told on PostgreSQL in every run")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """By `make test-slow`: stories on PostgreSQL about anything else, and those told by whole programs."""
    for item in items:
        place = item.path.relative_to(_HERE)
        if place.parts[0] in _WHOLE_PROGRAMS and place.name != _FIRST:
            item.add_marker(pytest.mark.slow)
        varied = getattr(item, "callspec", None)
        if varied and varied.params.get("prepared") == "postgresql" and not item.get_closest_marker("databases"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def nothing_is_logged() -> None:
    """But where a test asks for it: what a server in the same process logs is nothing that a command prints."""

    def dropped(*_: object) -> NoReturn:
        raise structlog.DropEvent

    structlog.configure(processors=[dropped])


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    with prepared_world(tmp_path_factory.mktemp("prepared") / "data") as made:
        yield made


@pytest.fixture
def world(prepared_sqlite: Prepared, tmp_path: Path) -> Iterator[World]:
    """A world of one's own on SQLite."""
    with copied_world(prepared_sqlite, tmp_path / "data") as made:
        yield made


@pytest.fixture(scope="session")
def prepared_postgres(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    with postgres.database() as url, prepared_world(tmp_path_factory.mktemp("prepared") / "data", url) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared(request: pytest.FixtureRequest) -> Prepared:
    name = "prepared_sqlite" if request.param == "sqlite" else "prepared_postgres"
    made: Prepared = request.getfixturevalue(name)
    return made


@pytest.fixture
def database_url(prepared: Prepared, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of one's own; empty means SQLite in the world's folder."""
    if not prepared.database_url:
        yield ""
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database(template=make_url(prepared.database_url).database or "") as url:
        yield url


@pytest.fixture
def any_world(prepared: Prepared, database_url: str, tmp_path: Path) -> Iterator[World]:
    """A world of one's own, on either database."""
    with copied_world(prepared, tmp_path / "data", database_url) as made:
        yield made
