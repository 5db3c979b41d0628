"""A vault in a local folder: staged, hashed on the way in, made durable, renamed once, never changed again."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from backend.contract.faults import NO_ROOM, NOT_UNDERSTOOD, Refused
from backend.durable import sync_folder

_BLOCK: Final = 1 << 20
_MOST_PIECES: Final = 1024
"""Separate pieces kept account of: a client that leaves more holes than this is not writing a file."""
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class LocalStaging:
    """Bytes in the staging folder; hashed as they come while they come in order."""

    def __init__(self, path: Path, shelf: Callable[[str], Path]) -> None:
        self._path = path
        self._shelf = shelf
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._hash = hashlib.sha256()
        self._hashed = 0
        self._in_order = True
        self._covered: list[tuple[int, int]] = []
        self._open = True
        self.size = 0

    @property
    def contiguous(self) -> bool:
        return self.prefix == self.size

    @property
    def prefix(self) -> int:
        return self._covered[0][1] if self._covered and self._covered[0][0] == 0 else 0

    def write(self, offset: int, data: bytes) -> None:
        if not data:
            return
        try:
            _write_all(self._file, offset, data)
        except OSError as error:
            raise _refused(error) from error
        if self._in_order and offset == self._hashed:
            self._hash.update(data)
            self._hashed += len(data)
        else:
            self._in_order = False
        self._cover(offset, offset + len(data))
        self.size = max(self.size, offset + len(data))

    def truncate(self, size: int) -> None:
        try:
            os.ftruncate(self._file, size)
        except OSError as error:
            raise _refused(error) from error
        self._in_order = self._in_order and size >= self._hashed
        self.size = size
        self._covered = [(start, min(end, size)) for start, end in self._covered if start < size]

    def read(self, offset: int, length: int) -> bytes:
        return os.pread(self._file, length, offset)

    def sha256(self) -> str:
        if self._in_order and self._hashed == self.size:
            return self._hash.hexdigest()
        again, offset = hashlib.sha256(), 0
        while block := os.pread(self._file, _BLOCK, offset):
            again.update(block)
            offset += len(block)
        return again.hexdigest()

    def keep(self) -> str:
        key = secrets.token_hex(16)
        try:
            os.utime(self._file)
            os.fsync(self._file)
            self._close()
            folder = self._shelf(key[:2])
            os.rename(self._path, folder / key)
            sync_folder(folder)
        except OSError as error:
            raise _refused(error) from error
        return key

    def abandon(self) -> None:
        self._close()
        self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._file)

    def _cover(self, start: int, end: int) -> None:
        merged: list[tuple[int, int]] = []
        for low, high in sorted([*self._covered, (start, end)]):
            if merged and low <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        if len(merged) > _MOST_PIECES:
            raise Refused(NOT_UNDERSTOOD, what="The file comes in too many separate pieces.")
        self._covered = merged


class LocalObject:
    """A kept object: what is read of it stays the same, even where it is put aside meanwhile."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.size = os.fstat(self._file).st_size

    def read(self, offset: int, length: int) -> bytes:
        return os.pread(self._file, length, offset)

    def close(self) -> None:
        os.close(self._file)


class LocalVault:
    """Meets the `Vault` port in `DATA_DIR/vault` and `DATA_DIR/staging`, which lie on one file system."""

    def __init__(self, data_dir: Path) -> None:
        self._objects = data_dir / "vault"
        self._staging = data_dir / "staging"
        self._orphans = data_dir / "vault-orphans"
        for folder in (self._objects, self._staging):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(folder.parent)
        self._shelves: set[str] = set()

    def stage(self) -> LocalStaging:
        try:
            return LocalStaging(self._staging / secrets.token_hex(16), self._shelf)
        except OSError as error:
            raise _refused(error) from error

    def read(self, key: str) -> LocalObject | None:
        try:
            return LocalObject(self.path(key))
        except FileNotFoundError:
            return None

    def room(self) -> int:
        return shutil.disk_usage(self._staging).free

    def path(self, key: str) -> Path:
        return self._objects / key[:2] / key

    def delete(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def old_keys(self, before: datetime) -> list[str]:
        return [path.name for path in self._objects.glob("??/*") if _older(path, before)]

    def put_aside(self, key: str) -> None:
        self._orphans.mkdir(mode=0o700, exist_ok=True)
        _moved(self.path(key), self._orphans / key)

    def aside(self) -> list[str]:
        return [path.name for path in self._orphans.glob("*")]

    def take_back(self, key: str) -> None:
        _moved(self._orphans / key, self._shelf(key[:2]) / key)

    def sweep_staging(self, before: datetime) -> int:
        old = [path for path in self._staging.iterdir() if _older(path, before)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _shelf(self, prefix: str) -> Path:
        """The folder of all keys that begin like this; its own name is durable, whoever made it."""
        folder = self._objects / prefix
        if prefix not in self._shelves:
            folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._objects)
            self._shelves.add(prefix)
        return folder


def _moved(path: Path, to: Path) -> None:
    """Does nothing where another process was faster."""
    with suppress(FileNotFoundError):
        os.rename(path, to)
        sync_folder(to.parent)


def _write_all(file: int, offset: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, offset)
        view, offset = view[written:], offset + written


def _older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False


def _refused(error: OSError) -> BaseException:
    return Refused(NO_ROOM) if error.errno in _NO_ROOM else error
