"""Files written on this computer: whole or not at all, durable, and never over another one unasked."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.rules.shown import shown


class Arriving:
    """A file on its way to this computer: under a name of its own beside the target until all of it is there."""

    def __init__(self, path: Path) -> None:
        self._asked_for = path
        with self._failing():
            self.target = path.expanduser().absolute()
            handle, name = tempfile.mkstemp(dir=self.target.parent, prefix=".ecp-")
        self._out, self._temporary = os.fdopen(handle, "wb"), Path(name)
        self._hash = hashlib.sha256()
        self.size = 0

    def add(self, chunk: bytes) -> None:
        with self._failing():
            self._out.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def keep(self, *, replace: bool = False) -> Path:
        """Syncs, then gives the file its name; raises `FileExistsError` unless it may `replace`."""
        with self._failing():
            if not self._out.closed:
                self._out.flush()
                os.fsync(self._out.fileno())
                self._out.close()
            _give_name(self._temporary, self.target, replace=replace)
        return self.target

    def abandon(self) -> None:
        """Leaves nothing behind; does nothing to a file that was kept."""
        with suppress(OSError):
            self._out.close()
        with suppress(OSError):
            self._temporary.unlink()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except FileExistsError:
            raise
        except (OSError, ValueError, RuntimeError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a path"
            raise Refused(
                NOT_UNDERSTOOD, what=f"{shown(str(self._asked_for), 200)} cannot be written: {why}."
            ) from error


def save(path: Path, content: bytes, *, replace: bool = False) -> Path:
    """Writes beside the target, syncs, then gives it its name; raises `FileExistsError` unless it may `replace`."""
    arriving = Arriving(path)
    try:
        arriving.add(content)
        return arriving.keep(replace=replace)
    finally:
        arriving.abandon()


def _give_name(temporary: Path, target: Path, *, replace: bool) -> None:
    if replace:
        temporary.replace(target)
        return
    try:
        # A hard link fails where the name is taken, also by somebody who took it this very moment.
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # no hard links there
        if target.exists():
            raise FileExistsError(target) from None
        temporary.replace(target)


def file_name(wish: str) -> str:
    """A name that stays in its folder, made of one that came from elsewhere."""
    kept = "".join(character if character.isalnum() or character in "._-" else "_" for character in wish)
    return kept.lstrip(".")[:200] or "receipt"
