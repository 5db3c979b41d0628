"""One engine for either database: durable on SQLite, a snapshot for every reader."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from backend.settings import SettingsError

WRITING: Final = "ecp_writing"


def parsed(url: str) -> URL:
    """Raises `SettingsError`, which does not repeat what may hold a password."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingsError("database_url is not a URL: write postgresql+psycopg://user@host/name.") from error


def open_engine(url: str) -> Engine:
    """An engine on `sqlite:///PATH` or `postgresql+psycopg://…`."""
    if parsed(url).get_backend_name() == "sqlite":
        return _sqlite(url)
    try:
        return create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True, hide_parameters=True)
    except ImportError as error:
        raise SettingsError(f"The driver {error.name} is missing. Install ecp-platform[postgres].") from error


def reading_options(engine: Engine) -> dict[str, Any]:
    """What makes a connection read one snapshot; on SQLite a deferred transaction is one."""
    if engine.dialect.name == "sqlite":
        return {}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": 30},
        pool_size=48,
        max_overflow=16,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        connection.isolation_level = None  # transactions are begun by us, below
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA trusted_schema = OFF")
        cursor.execute("PRAGMA recursive_triggers = ON")  # else REPLACE deletes, and no trigger hears of it
        cursor.execute("PRAGMA secure_delete = ON")  # what is erased leaves no bytes in the file
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
