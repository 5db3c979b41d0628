"""SHA256SUMS: what a backup consists of, as `sha256sum --check` reads it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from backend.settings import SettingsError

SUMS: Final = "SHA256SUMS"
_BLOCK: Final = 1 << 20
_HEX: Final = 64


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copied(source: Path, target: Path) -> str:
    """Copies a file, durably, and returns its SHA-256 as it was read; a kill leaves nothing in its place."""
    seen, on_its_way = hashlib.sha256(), target.with_name(f".{target.name}.new")
    with source.open("rb") as read, os.fdopen(_made(on_its_way), "wb") as write:
        while block := read.read(_BLOCK):
            seen.update(block)
            write.write(block)
        write.flush()
        os.fsync(write.fileno())
    on_its_way.rename(target)
    return seen.hexdigest()


def read_sums(folder: Path) -> Iterator[tuple[str, str]]:
    """Each file's name, as seen from `folder`, and its SHA-256; `SettingsError` where that is not what stands there."""
    path = folder / SUMS
    try:
        with path.open(encoding="ascii") as lines:
            for line in lines:
                said, name = line[:_HEX], line[_HEX + 2 :].rstrip("\n")
                if len(said) != _HEX or line[_HEX : _HEX + 2] != "  " or not name or not line.endswith("\n"):
                    raise ValueError
                yield name, said
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: this is no backup, or a damaged one.") from error


def _made(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
