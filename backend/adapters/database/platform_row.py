"""The one row that says whether the database is initialised, and with which keys."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, select, update

from backend.adapters.database import tables


def key_checks(engine: Engine) -> dict[str, str] | None:
    """A check value a key; None as long as the database is not initialised."""
    with engine.connect() as connection:
        kept: dict[str, str] | None = connection.execute(select(tables.platform.c.key_checks)).scalar_one()
        return kept


def keep_key_checks(connection: Connection, checks: Mapping[str, str]) -> None:
    connection.execute(update(tables.platform).values(key_checks=dict(checks)))
