"""The rooms of participants: `/IDENTITY/FOLDER/{submit,receipts,download}/`."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from backend.contract.faults import NOT_FOUND, Refused
from backend.core.actor import Actor
from backend.core.downloads import Downloads
from backend.core.outcomes import Document, Outcomes
from backend.core.publications import Published
from backend.core.reading import Reading
from backend.doors.ssh.spots import Spot
from backend.doors.ssh.wire import Attributes, Entry

FOLDER: Final = Attributes(stat.S_IFDIR | 0o500)
DROP: Final = Attributes(stat.S_IFDIR | 0o700)
Page = list[Entry]


@dataclass(frozen=True, slots=True)
class Opened:
    """The text of a document, or an open file that whoever asked for it closes; what it looks like.

    `still` asks the gate again while it is being read: raises what would refuse it now.
    """

    content: bytes | Reading
    attributes: Attributes
    still: Callable[[Actor], object]


class Room(Protocol):
    """A part of the tree. `where` names a place in it."""

    def pages(self, actor: Actor, where: Spot) -> Iterator[Page]: ...

    def attributes(self, actor: Actor, where: Spot) -> Attributes: ...

    def standing(self, actor: Actor, where: Spot) -> Attributes | None: ...

    def open(self, actor: Actor, where: Spot) -> Opened: ...

    def sha256(self, actor: Actor, where: Spot) -> str | None: ...

    def longest(self, actor: Actor, where: Spot) -> int:
        """Bytes that a file put there, or somewhere below it, may have."""
        ...


def written(size: int, at: datetime) -> Attributes:
    """A file in a drop box: its size can be seen, its bytes cannot."""
    return Attributes(stat.S_IFREG | 0o200, size, int(at.timestamp()))


def readable(size: int, at: datetime) -> Attributes:
    return Attributes(stat.S_IFREG | 0o400, size, int(at.timestamp()))


class Identities:
    """Meets `Room` for the identity codes of an account, the folders it may use for each, and the rooms in them."""

    def __init__(self, outcomes: Outcomes, downloads: Downloads) -> None:
        self._outcomes = outcomes
        self._downloads = downloads

    def pages(self, actor: Actor, where: Spot) -> Iterator[Page]:
        below = self._folders(actor).get(where)
        if below is None:
            raise Refused(NOT_FOUND)
        place = (actor, where.identity_code, where.folder)
        if where.room == "submit":
            for page in self._outcomes.received(*place):
                yield [Entry(one.name, written(one.size, one.at)) for one in page]
        elif where.room == "receipts":
            for documents in self._outcomes.documents(*place):
                yield [Entry(one.name, _document(one)) for one in documents]
        elif where.room == "download":
            for files in self._downloads.published(*place):
                yield [Entry(one.file_name, published(one)) for one in files]
        else:
            yield [Entry(name, _folder(name)) for name in below]

    def attributes(self, actor: Actor, where: Spot) -> Attributes:
        if where.room == "receipts" and where.name:
            return _document(self._receipt(actor, where))
        if where.room == "download" and where.name:
            return published(self._downloads.find(actor, where.identity_code, where.folder, where.name))
        if where not in self._folders(actor):
            raise Refused(NOT_FOUND)
        return _folder(where.room)

    def standing(self, actor: Actor, where: Spot) -> Attributes | None:
        one = self._outcomes.current(actor, where.identity_code, where.folder, where.name)
        return None if one is None else written(one.size, one.at)

    def open(self, actor: Actor, where: Spot) -> Opened:
        if where.room == "download" and where.name:
            found = self._downloads.find(actor, where.identity_code, where.folder, where.name)
            still = partial(self._downloads.refuse_no_longer, published=found)
            return Opened(self._downloads.open(actor, found), published(found), still)
        one = self._receipt(actor, where)
        return Opened(one.text.encode(), _document(one), self._folders)

    def sha256(self, actor: Actor, where: Spot) -> str | None:
        if where.room == "download" and where.name:
            return self._downloads.find(actor, where.identity_code, where.folder, where.name).sha256
        one = None
        if where.in_drop:
            one = self._outcomes.current(actor, where.identity_code, where.folder, where.name)
        return None if one is None else one.sha256

    def longest(self, actor: Actor, where: Spot) -> int:
        limits = [
            place.size_limit
            for place in self._outcomes.places(actor)
            if where.identity_code in {"", place.identity_code}
            and where.folder in {"", place.folder}
            and (where.room or "submit") in {"submit"} & set(place.rooms)
        ]
        return max(limits, default=0)

    def _receipt(self, actor: Actor, where: Spot) -> Document:
        one = None
        if where.room == "receipts" and where.name:
            one = self._outcomes.document(actor, where.identity_code, where.folder, where.name)
        if one is None:
            raise Refused(NOT_FOUND)
        return one

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


def published(one: Published) -> Attributes:
    return readable(one.size, one.at)


def _document(one: Document) -> Attributes:
    return readable(one.size, one.at)


def _folder(room: str) -> Attributes:
    return DROP if room == "submit" else FOLDER
