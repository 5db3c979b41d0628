"""SQLite belongs to one process at a time: whoever holds the lock beside the database file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.adapters.database.engine import parsed
from backend.settings import SettingsError


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


def _hold(handle: int, database: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise SettingsError(
            f"Another ecpd already runs on {database}. SQLite is for one process; use PostgreSQL for several."
        ) from error
