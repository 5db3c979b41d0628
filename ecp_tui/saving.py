"""Files written on this computer: whole or not at all, durable, and never over another one unasked."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.rules.shown import shown


def save(path: Path, content: bytes, *, replace: bool = False) -> Path:
    """Writes beside the target, syncs, then gives it its name; raises `FileExistsError` unless it may `replace`."""
    try:
        target = path.expanduser().absolute()
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".ecp-")
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        _give_name(Path(name), target, replace=replace)
    except FileExistsError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a path"
        raise Refused(NOT_UNDERSTOOD, what=f"{shown(str(path), 200)} cannot be written: {why}.") from error
    return target


def _give_name(temporary: Path, target: Path, *, replace: bool) -> None:
    try:
        if replace:
            temporary.replace(target)
        else:
            # A hard link fails where the name is taken, also by somebody who took it this very moment.
            os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        if replace or target.exists():
            raise
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def file_name(wish: str) -> str:
    """A name that stays in its folder, made of one that came from elsewhere."""
    kept = "".join(character if character.isalnum() or character in "._-" else "_" for character in wish)
    return kept.lstrip(".")[:200] or "receipt"
