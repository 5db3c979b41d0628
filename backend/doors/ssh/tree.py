"""The tree that a client sees: `/IDENTITY/FOLDER/{submit,receipts,download}/`. Nothing of it lies on a disk."""

from __future__ import annotations

import posixpath
import stat
from dataclasses import dataclass
from typing import Final

from backend.contract.faults import NOT_FOUND, Refused
from backend.core.actor import Actor
from backend.core.outcomes import Document, Outcomes, Received
from backend.doors.ssh.wire import Attributes, Entry

_LONGEST_PATH: Final = 8192
_DEEPEST: Final = 4
_READ_ONLY: Final = Attributes(stat.S_IFDIR | 0o500)
_DROP: Final = Attributes(stat.S_IFDIR | 0o700)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the tree: what a path names, as far as it goes."""

    identity_code: str = ""
    folder: str = ""
    room: str = ""
    name: str = ""

    @property
    def in_drop(self) -> bool:
        """Whether this is a file, there or not, in a drop box."""
        return self.room == "submit" and bool(self.name)


def normal(path: bytes) -> str:
    """The path from the root, with `.` and `..` resolved; bytes that are not UTF-8 are shown as escapes."""
    if len(path) > _LONGEST_PATH:
        raise Refused(NOT_FOUND)
    return "/" + posixpath.normpath("/" + path.decode("utf-8", "backslashreplace")).lstrip("/")


def spot(path: bytes) -> Spot:
    """What a path names; 2001 where nothing can lie so deep."""
    parts = [part for part in normal(path).split("/") if part]
    if len(parts) > _DEEPEST:
        raise Refused(NOT_FOUND)
    return Spot(*parts)


class Tree:
    """What lies where, for one actor at a time. Reads the database: not for the event loop."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes

    def entries(self, actor: Actor, where: Spot) -> list[Entry]:
        """The listing of a folder; 2001 where there is none."""
        below = self._folders(actor).get(where)
        if below is None:
            raise Refused(NOT_FOUND)
        if where.room == "submit":
            return [_dropped(one) for one in self._outcomes.received(actor, where.identity_code, where.folder)]
        if where.room == "receipts":
            return [_readable(one) for one in self._outcomes.documents(actor, where.identity_code, where.folder)]
        return [Entry(name, _folder(name)) for name in below]

    def attributes(self, actor: Actor, where: Spot) -> Attributes:
        """Of a folder or a document; 2001 where nothing is."""
        if where.name:
            return self.page(actor, where)[1]
        if where not in self._folders(actor):
            raise Refused(NOT_FOUND)
        return _folder(where.room)

    def standing(self, actor: Actor, where: Spot) -> Received | None:
        """The file that stands under the name of this spot."""
        return self._outcomes.current(actor, where.identity_code, where.folder, where.name)

    def page(self, actor: Actor, where: Spot) -> tuple[bytes, Attributes]:
        """The bytes of a document, and what it looks like; 2001 where there is none."""
        one = None
        if where.room == "receipts":
            one = self._outcomes.document(actor, where.identity_code, where.folder, where.name)
        if one is None:
            raise Refused(NOT_FOUND)
        return one.text.encode(), _readable(one).attributes

    def _folders(self, actor: Actor) -> dict[Spot, list[str]]:
        """Every folder there is for the actor, and the folders in it."""
        root: list[str] = []
        folders = {Spot(): root}
        for place in self._outcomes.places(actor):
            whose, rooms = Spot(place.identity_code), list(place.rooms)
            if whose not in folders:
                folders[whose] = []
                root.append(place.identity_code)
            folders[whose].append(place.folder)
            folders[Spot(place.identity_code, place.folder)] = rooms
            folders |= {Spot(place.identity_code, place.folder, room): [] for room in rooms}
        root.sort()
        return folders


def in_drop(size: int, at: float) -> Attributes:
    """A file in a drop box: its size can be seen, its bytes cannot."""
    return Attributes(stat.S_IFREG | 0o200, size, int(at))


def _folder(name: str) -> Attributes:
    return _DROP if name == "submit" else _READ_ONLY


def _dropped(one: Received) -> Entry:
    return Entry(one.name, in_drop(one.size, one.at.timestamp()))


def _readable(one: Document) -> Entry:
    return Entry(one.name, Attributes(stat.S_IFREG | 0o400, len(one.text.encode()), int(one.at.timestamp())))
