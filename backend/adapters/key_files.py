"""Key files: made once, durable before anything depends on them, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from backend.adapters.vault.local import sync_folder
from backend.settings import SettingsError

_KEY_SIZE: Final = 32


def new_key(path: Path) -> None:
    """A key file, 0600, on disk before anything depends on it; one that is there already stays."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_KEY_SIZE))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def read_key(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError as error:
        raise SettingsError(f"{path} is missing. Run ecpd init first, or name the right --data-dir.") from error
    if len(key) != _KEY_SIZE:
        raise SettingsError(f"{path} is damaged: restore it from a backup of the secrets folder.")
    return key
