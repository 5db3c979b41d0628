"""The folder of backups: a vault that all of them share, and a folder for each, named by when it was made."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from backend.backups.sums import read_sums, sha256_of
from backend.contract.rules.shown import shown
from backend.settings import SETTINGS_FILE, Settings, SettingsError

DATABASE: Final = "ecp.db"
CHECKPOINT: Final = "checkpoint"
ALWAYS: Final = (DATABASE, CHECKPOINT)
_NAME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z", re.ASCII)


def name_at(now: datetime) -> str:
    at = now.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H%M%S}.{at.microsecond // 1000:03}Z"


def backups_in(folder: Path) -> list[Path]:
    """Those that were finished, the oldest first."""
    found = [one for one in folder.iterdir() if _NAME.fullmatch(one.name)] if folder.is_dir() else []
    return sorted(found, key=lambda one: one.name)


def chosen(folder: Path, name: str | None) -> Path:
    """The newest backup, or the one of this name; `SettingsError` where there is none."""
    there = backups_in(folder)
    found = [one for one in there if name in (None, one.name)]
    if not found:
        if not there:
            raise SettingsError(f"{folder} holds no backup. Name the folder that ecpd backup wrote.")
        raise SettingsError(
            f"{shown(name or '', 60)} is not there. Name one of: {', '.join(one.name for one in there)}."
        )
    return found[-1]


def refuse_damaged(backup: Path) -> dict[str, str]:
    """The SHA-256 of every file, by its name; `SettingsError` where one beside the objects is not what it was."""
    sums = dict(read_sums(backup))
    lacking = [name for name in ALWAYS if name not in sums]
    if lacking:
        raise SettingsError(f"{backup} does not say what its {lacking[0]} was: choose another backup with --of.")
    for name in (*ALWAYS, SETTINGS_FILE):
        path = backup / name
        if name in sums and not (path.is_file() and sha256_of(path) == sums[name]):
            raise SettingsError(f"{path} is not what was backed up: choose another backup with --of.")
    return sums


def as_platform(backup: Path) -> Settings:
    """What reads a backup as if it were a platform's data folder."""
    return Settings(data_dir=backup.parent, database_url=f"sqlite:///{backup / DATABASE}")


def object_name(key: str) -> str:
    """Where an object lies, as seen from a backup's own folder."""
    return f"../vault/{key[:2]}/{key}"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Raises `SettingsError` while another backup is made here."""
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise SettingsError(f"Another backup into {folder} is being made. Wait until it is done.") from error
    finally:
        os.close(handle)


def removed(backup: Path) -> None:
    """Out of the way first, so that none is ever there in part."""
    shutil.rmtree(backup.rename(backup.with_name(f".old-{backup.name}")))
