"""A local file: its SHA-256 and what is wrong in it; later the same bytes, as long as it did not change meanwhile."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from backend.contract.faults import FILE_CHANGED, NOT_UNDERSTOOD, Refused
from backend.contract.rules.content import ContentRule, refuse_content
from backend.contract.rules.content_check import ContentCheck
from backend.contract.rules.expectations import Unexpected
from backend.contract.rules.shown import shown

BLOCK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file's bytes are: how many, in how many lines, and their SHA-256 in lower-case hexadecimal."""

    size: int
    rows: int
    sha256: str
    modified: int
    """When the file was written last, before it was read: nanoseconds, to notice that it changed since."""
    unexpected: tuple[Unexpected, ...] = ()
    """What in it is not as its folder expects: it needs an explanation."""


async def digest(
    path: Path,
    progress: Callable[[int], None] | None = None,
    content: ContentRule | None = None,
    input_date: date | None = None,
) -> Digest:
    """Reads the file off the event loop; `progress` hears the bytes read so far; cancel the task to stop.

    Refuses with 4514 and all findings what is not as `content` wants it.
    """
    size_of(path)
    total, line_feeds, last = 0, 0, b""
    running = hashlib.sha256()
    checked = ContentCheck(content, input_date) if content is not None else None
    try:
        file = await asyncio.to_thread(path.open, "rb", buffering=0)
        with file:
            modified = os.fstat(file.fileno()).st_mtime_ns
            while block := await asyncio.to_thread(file.read, BLOCK):
                line_feeds += await asyncio.to_thread(_take, running, checked, block)
                total += len(block)
                last = block[-1:]
                if progress is not None:
                    progress(total)
    except OSError as error:
        raise _unreadable(path, error) from error
    unexpected: tuple[Unexpected, ...] = ()
    if checked is not None:
        refuse_content(checked.finish())
        unexpected = checked.unexpected
    return Digest(total, line_feeds + (total > 0 and last != b"\n"), running.hexdigest(), modified, unexpected)


async def as_checked(
    path: Path, size: int, modified: int | None, block: int, start: int = 0
) -> AsyncGenerator[bytes, None]:
    """The file's bytes from `start` on, refusing one that has changed before the last block makes it whole."""
    try:
        file = await asyncio.to_thread(path.open, "rb", buffering=0)
        with file:
            left = size - file.seek(start)
            while left > 0:
                read = await asyncio.to_thread(file.read, min(block, left))
                now = os.fstat(file.fileno())
                left -= len(read)
                if not read or now.st_size != size or modified not in (None, now.st_mtime_ns):
                    raise _changed(path, "is not as it was when it was checked")
                yield read
    except FileNotFoundError as error:
        raise _changed(path, "is no longer there") from error
    except OSError as error:
        raise _changed(path, f"cannot be read: {error.strerror}") from error


def size_of(path: Path) -> int:
    """Bytes of a regular file; anything else is refused in words."""
    try:
        if path.is_dir():
            raise Refused(NOT_UNDERSTOOD, what=f"{_said(path)} is a folder, not a file.")
        if path.exists() and not path.is_file():
            raise Refused(NOT_UNDERSTOOD, what=f"{_said(path)} is a device or pipe, not a file.")
        return path.stat().st_size
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def content_of(path: Path, most: int) -> bytes:
    """A small file, read at once: a key, a signature, a form. More than `most` bytes are refused unread."""
    if (size := size_of(path)) > most:
        raise Refused(NOT_UNDERSTOOD, what=f"{_said(path)} has {size:,} bytes; it is something else.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _said(path: Path) -> str:
    return shown(path.name or str(path), 200)


def _take(running: hashlib._Hash, checked: ContentCheck | None, block: bytes) -> int:
    running.update(block)
    if checked is not None:
        checked.feed(block)
    return block.count(b"\n")


def _changed(path: Path, how: str) -> Refused:
    return Refused(FILE_CHANGED, what=f"{shown(path.name, 60)} {how}; nothing was submitted.")


def _unreadable(path: Path, error: OSError | ValueError) -> Refused:
    name = _said(path)
    if isinstance(error, FileNotFoundError):
        return Refused(NOT_UNDERSTOOD, what=f"There is no file {name}.")
    why = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a path"
    return Refused(NOT_UNDERSTOOD, what=f"{name} cannot be read: {why}.")
