"""Spots: what a path names. The path alone says whose folder, which room and which file."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import Final

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.rules.shown import shown

_LONGEST_PATH: Final = 8192
_OF_PARTICIPANTS: Final = ("identity_code", "folder", "room", "name")
_OF_STAFF: Final = {
    "collect": ("folder", "identity_code", "input_date", "name"),
    "publish": ("folder", "identity_code", "name"),
}
"""The operator's rooms come first in their paths, in letters no identity code has."""
_DROPS: Final = frozenset({"submit", "publish"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the tree, as far as its path goes."""

    identity_code: str = ""
    folder: str = ""
    room: str = ""
    name: str = ""
    input_date: str = ""

    @property
    def in_drop(self) -> bool:
        """Whether this is a file, there or not, in a room that files are put into."""
        return self.room in _DROPS and bool(self.name)

    @property
    def is_drop(self) -> bool:
        """Whether this is the room itself."""
        return self.room in _DROPS and bool(self.folder and self.identity_code) and not self.name

    def file(self, name: str) -> Spot:
        return replace(self, name=name)


def spot(path: bytes) -> Spot:
    """What a path names; 2001 where nothing can lie so deep."""
    parts = [part for part in _resolved(path).split("/") if part]
    room = parts[0] if parts and parts[0] in _OF_STAFF else ""
    names = _OF_STAFF[room] if room else _OF_PARTICIPANTS
    said = parts[1:] if room else parts
    if len(said) > len(names):
        raise Refused(NOT_FOUND)
    return Spot(**{"room": room} | dict(zip(names, said, strict=False)))


def real_path(path: bytes) -> str:
    """The path from the root, with `.` and `..` resolved, in characters that do nothing to a terminal."""
    return shown(_resolved(path), 4 * _LONGEST_PATH)


def _resolved(path: bytes) -> str:
    """Bytes that are not UTF-8 become escapes."""
    if len(path) > _LONGEST_PATH:
        raise Refused(NOT_FOUND)
    return "/" + posixpath.normpath("/" + path.decode("utf-8", "backslashreplace")).lstrip("/")
