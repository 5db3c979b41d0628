"""Key files: made once, durable before anything depends on them, readable by their owner alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Final

from backend.durable import write_once
from backend.settings import SettingsError

_KEY_SIZE: Final = 32


def new_key(path: Path) -> None:
    """A key file; one that is there already stays."""
    write_once(path, secrets.token_bytes(_KEY_SIZE))


def read_key(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError as error:
        raise SettingsError(
            f"{path} is missing: restore the secrets folder from its backup, or name the right --data-dir."
        ) from error
    if len(key) != _KEY_SIZE:
        raise SettingsError(f"{path} is damaged: restore the secrets folder from its backup.")
    return key


def check_value(name: str, key: bytes) -> str:
    """What may be kept of a key where it is used, to know it again."""
    return hmac.new(key, b"check " + name.encode(), hashlib.sha256).hexdigest()
