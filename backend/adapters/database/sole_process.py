"""SQLite belongs to one process at a time: whoever holds the lock beside the database file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text

from backend.adapters.database.engine import parsed
from backend.settings import SettingsError

_OTHERS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND coalesce(backend_type, 'client backend') = 'client backend'"
)


@contextmanager
def sole_process(url: str) -> Iterator[None]:
    """Raises `SettingsError` while another process holds it; the kernel lets go of it however a process ends."""
    named = parsed(url)
    if named.get_backend_name() != "sqlite":
        yield
        return
    database = Path(named.database or "").resolve()
    try:
        handle = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError as error:
        raise SettingsError(
            f"{database.parent} is not there. Run ecpd init first, or name the right --data-dir."
        ) from error
    try:
        _hold(handle, database)
        yield
    finally:
        os.close(handle)


def refuse_others(engine: Engine) -> None:
    """On PostgreSQL, which has no such lock: raises `SettingsError` while any other client is connected.

    A running ecpd always is: it watches the database four times a second.
    """
    if engine.dialect.name == "sqlite":
        return
    with engine.connect() as connection:
        others = connection.execute(_OTHERS).scalar_one()
    if others:
        raise SettingsError(
            f"{others} other connections to this database are open. Stop every ecpd on it, and close all other clients."
        )


def _hold(handle: int, database: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise SettingsError(
            f"Another ecpd already runs on {database}. SQLite is for one process; use PostgreSQL for several."
        ) from error
