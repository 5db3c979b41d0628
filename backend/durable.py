"""Files that outlive a crash: there whole or not at all, their names on disk before anything depends on them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def make_folder(folder: Path) -> None:
    """The folder and those above it, for their owner alone; those that are there already stay as they are."""
    above = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for made in [*above, folder]:
        with suppress(PermissionError):  # a folder that can be searched and not listed cannot be opened either
            sync_folder(made.parent)


def write_once(path: Path, data: bytes) -> None:
    """A file for its owner alone. One that is there already stays; a kill at any point leaves none or the whole."""
    with _written(path, secrets.token_hex(8), data) as written, suppress(FileExistsError):
        os.link(written, path)


def replace_file(path: Path, data: bytes) -> None:
    """A file for its owner alone, in place of one that is there: a kill at any point leaves the old or the new.

    One writer at a time: the next one takes the place of what a kill left on its way.
    """
    with _written(path, "new", data) as written:
        written.rename(path)


@contextmanager
def _written(path: Path, suffix: str, data: bytes) -> Iterator[Path]:
    """The data on disk beside its place; gone afterwards, unless it took it."""
    written = path.with_name(f".{path.name}.{suffix}")
    try:
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield written
    finally:
        written.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
