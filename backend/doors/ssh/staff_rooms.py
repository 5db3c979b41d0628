"""The rooms of the operator: `/collect/FOLDER/IDENTITY/DATE/` is read, `/publish/FOLDER/{IDENTITY, ALL …}/` takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Final, Protocol

from backend.contract.faults import NOT_ALLOWED, NOT_FOUND, Refused
from backend.core.actor import Actor
from backend.core.collecting import Collecting, Submitted
from backend.core.publications import Published
from backend.core.publishing import Publishing
from backend.doors.ssh.rooms import DROP, FOLDER, Opened, Page, Room, readable, written
from backend.doors.ssh.spots import Spot
from backend.doors.ssh.wire import Attributes, Entry

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LONGEST: Final = 1 << 40
"""Room is what there is to know beforehand; the folder's own limit is said when a file goes beyond it."""


class StaffRoom(Room, Protocol):
    """A room that is there for some actors alone."""

    def opens_for(self, actor: Actor) -> bool: ...


class Collect:
    """Meets `StaffRoom` for what was submitted: an operator who opens a file has collected it."""

    def __init__(self, collecting: Collecting) -> None:
        self._collecting = collecting

    def opens_for(self, actor: Actor) -> bool:
        return _allowed(self._collecting.folders, actor)

    def pages(self, actor: Actor, where: Spot) -> Iterator[Page]:
        if where.name:
            raise Refused(NOT_FOUND)
        if where.input_date:
            yield [Entry(one.name, readable(one.size, one.at)) for one in self._files(actor, where)]
        else:
            yield [Entry(name, FOLDER) for name in self._below(actor, where)]

    def attributes(self, actor: Actor, where: Spot) -> Attributes:
        if where.name:
            one = self._file(actor, where)
            return readable(one.size, one.at)
        if where.input_date:
            self._files(actor, where)
        else:
            self._below(actor, where)
        return FOLDER

    def standing(self, actor: Actor, where: Spot) -> Attributes | None:
        return None

    def open(self, actor: Actor, where: Spot) -> Opened:
        one = self._file(actor, where)
        reading = self._collecting.open(actor, where.folder, where.identity_code, _day(where), where.name)
        return Opened(reading, readable(reading.size, one.at), self._collecting.folders)

    def sha256(self, actor: Actor, where: Spot) -> str | None:
        return self._file(actor, where).sha256

    def longest(self, actor: Actor, where: Spot) -> int:
        return 0

    def _below(self, actor: Actor, where: Spot) -> Sequence[str]:
        """The folders in a folder; 2001 where there is none."""
        if not where.folder:
            return self._collecting.folders(actor)
        if not where.identity_code:
            return self._collecting.identities(actor, where.folder)
        return [day.isoformat() for day in self._collecting.dates(actor, where.folder, where.identity_code)]

    def _files(self, actor: Actor, where: Spot) -> list[Submitted]:
        return self._collecting.files(actor, where.folder, where.identity_code, _day(where))

    def _file(self, actor: Actor, where: Spot) -> Submitted:
        return self._collecting.find(actor, where.folder, where.identity_code, _day(where), where.name)


class Publish:
    """Meets `StaffRoom` for what is published: files are put here, and read where they were published to."""

    def __init__(self, publishing: Publishing) -> None:
        self._publishing = publishing

    def opens_for(self, actor: Actor) -> bool:
        return _allowed(self._publishing.folders, actor)

    def pages(self, actor: Actor, where: Spot) -> Iterator[Page]:
        if where.is_drop:
            for found in self._publishing.published(actor, where.folder, where.identity_code):
                yield [Entry(one.file_name, _published(one)) for one in found]
        elif where.name:
            raise Refused(NOT_FOUND)
        elif where.folder:
            yield [Entry(name, DROP) for name in self._rooms(actor, where.folder)]
        else:
            yield [Entry(name, FOLDER) for name in self._publishing.folders(actor)]

    def attributes(self, actor: Actor, where: Spot) -> Attributes:
        if where.name:
            return _published(self._publishing.find(actor, where.folder, where.identity_code, where.name))
        if not where.folder:
            self._publishing.folders(actor)
            return FOLDER
        rooms = self._rooms(actor, where.folder)
        if where.identity_code:
            _refuse_other(where.identity_code, rooms)
        return DROP if where.identity_code else FOLDER

    def standing(self, actor: Actor, where: Spot) -> Attributes | None:
        try:
            return self.attributes(actor, where)
        except Refused as refused:
            if refused.fault is NOT_FOUND:
                return None
            raise

    def open(self, actor: Actor, where: Spot) -> Opened:
        self.attributes(actor, where)
        raise Refused(NOT_ALLOWED, what="What was published is read by those it was published for.")

    def sha256(self, actor: Actor, where: Spot) -> str | None:
        return self._publishing.find(actor, where.folder, where.identity_code, where.name).sha256

    def longest(self, actor: Actor, where: Spot) -> int:
        return _LONGEST

    def _rooms(self, actor: Actor, folder: str) -> list[str]:
        return [*self._publishing.audiences(actor, folder), *self._publishing.identities(actor, folder)]


def _published(one: Published) -> Attributes:
    return written(one.size, one.at)


def _allowed(folders: Callable[[Actor], object], actor: Actor) -> bool:
    try:
        folders(actor)
    except Refused:
        return False
    return True


def _refuse_other(name: str, names: Sequence[str]) -> None:
    if name not in names:
        raise Refused(NOT_FOUND)


def _day(where: Spot) -> date:
    """As the listing writes it: no other form of a date is a folder's name."""
    if _DAY.fullmatch(where.input_date):
        with suppress(ValueError):
            return date.fromisoformat(where.input_date)
    raise Refused(NOT_FOUND)
