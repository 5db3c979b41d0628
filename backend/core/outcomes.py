"""Outcomes as documents: what became of each file, for channels that show it as files beside the drop box."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import ActivityFilter
from backend.contract.rules.file_names import plain, read_name
from backend.contract.rules.receipts import instant_text
from backend.core.activity import refusal_of
from backend.core.activity_row import ACCEPTED, REFUSED, ActivityRow
from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.gate import activity_scope, folder_for, folders_for
from backend.core.ports import Clock, Store
from backend.core.rows import Rows

SHOWN_FOR: Final = timedelta(days=90)
_ROOMS: Final = {"submission": ("submit", "receipts"), "download": ("download",)}
_MOST_SHOWN: Final = 2000
_LONGEST_SHOWN_NAME: Final = 100
_SUFFIX: Final = re.compile(r"(\.v[0-9]+)?\.receipt$|\.refused\.txt$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder as one identity has it."""

    identity_code: str
    folder: str
    direction: Literal["submission", "download"]

    @property
    def rooms(self) -> tuple[str, ...]:
        """The folders in it."""
        return _ROOMS[self.direction]


@dataclass(frozen=True, slots=True)
class Document:
    """A text file: a receipt, or why a file was refused."""

    name: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """A file that stands: never its bytes."""

    name: str
    size: int
    at: datetime


class Outcomes:
    """Reads only, and only what the actor may see."""

    def __init__(self, store: Store, clock: Clock, calendar: Calendar) -> None:
        self._store = store
        self._clock = clock
        self._calendar = calendar

    def places(self, actor: Actor) -> list[Place]:
        with self._store.reading() as rows:
            return places_for(actor, rows.catalogue())

    def documents(self, actor: Actor, identity_code: str, folder: str) -> list[Document]:
        """The receipt of each version, and the refusal that no acceptance has followed.

        Of the last 90 days, and of 2,000 acts at most.
        """
        with self._store.reading() as rows:
            return _documents(rows, self._latest(rows, actor, identity_code, folder))

    def document(self, actor: Actor, identity_code: str, folder: str, name: str) -> Document | None:
        """One of the documents, by its name; looks at the acts on that file alone where the name says which."""
        with self._store.reading() as rows:
            said = _SUFFIX.sub("", name)
            for file_name in (said, None) if plain(said) else (None,):
                found = self._latest(rows, actor, identity_code, folder, file_name)
                for document in _documents(rows, found):
                    if document.name == name:
                        return document
        return None

    def received(self, actor: Actor, identity_code: str, folder: str) -> list[Received]:
        """The files that stand, of the last 90 days."""
        with self._store.reading() as rows:
            found = self._latest(rows, actor, identity_code, folder)
        return [_received(row) for row in found if row.act == ACCEPTED and row.superseded_by is None]

    def current(self, actor: Actor, identity_code: str, folder: str, file_name: str) -> Received | None:
        """The file that stands under this name, if one does."""
        with self._store.reading() as rows:
            rule = _mine(rows.catalogue(), actor, identity_code, folder)
            reading = read_name(rule.names, file_name)
            if reading is None:
                return None
            input_date = reading.input_date or rule.default_input_date(self._clock.now(), self._calendar)
            row = rows.current(folder, identity_code, input_date, file_name)
        return _received(row) if row else None

    def _latest(
        self, rows: Rows, actor: Actor, identity_code: str, folder: str, file_name: str | None = None
    ) -> list[ActivityRow]:
        catalogue = rows.catalogue()
        _mine(catalogue, actor, identity_code, folder)
        wanted = ActivityFilter(folder=folder, identity_code=identity_code, name=file_name)
        days = (self._clock.now() - SHOWN_FOR, None)
        return rows.activities(wanted, activity_scope(actor, catalogue), days, None, _MOST_SHOWN)


def places_for(actor: Actor, catalogue: Catalogue) -> list[Place]:
    """Every folder of the actor's, by identity."""
    return [
        Place(identity.code, folder.code, folder.direction)
        for folder, identities in folders_for(actor, catalogue)
        for identity in identities
    ]


def _mine(catalogue: Catalogue, actor: Actor, identity_code: str, folder: str) -> FolderRule:
    rule, identities = folder_for(actor, catalogue, folder)
    if identity_code not in {identity.code for identity in identities}:
        raise Refused(NOT_FOUND)
    return rule


def _documents(rows: Rows, newest_first: Sequence[ActivityRow]) -> list[Document]:
    documents: dict[str, Document] = {}
    for document in _written(newest_first, _repeats(rows, newest_first)):
        documents.setdefault(document.name, document)
    return list(documents.values())


def _repeats(rows: Rows, newest_first: Sequence[ActivityRow]) -> dict[str, int]:
    """By name, where it was refused: when, by log index, the bytes that stand were last submitted once more."""
    refused = {_file_name(row) for row in newest_first if row.act == REFUSED}
    standing = [row for row in newest_first if row.act == ACCEPTED and row.superseded_by is None]
    names = {row.log_index: _file_name(row) for row in standing if _file_name(row) in refused}
    return {names[log_index]: last for log_index, last in rows.repeated(list(names)).items()} if names else {}


def _written(newest_first: Iterable[ActivityRow], repeats: Mapping[str, int]) -> Iterator[Document]:
    judged: set[str] = set()
    accepted: set[str] = set()
    for row in newest_first:
        if row.act not in (ACCEPTED, REFUSED):
            continue
        name = _file_name(row)
        if row.act == ACCEPTED:
            version = f".v{row.version}" if name in accepted else ""
            yield Document(f"{name}{version}.receipt", row.text(), row.at)
            accepted.add(name)
        elif row.act == REFUSED and name not in judged and row.log_index > repeats.get(name, -1):
            yield Document(f"{name}.refused.txt", _refusal_text(row), row.at)
        judged.add(name)


def _refusal_text(row: ActivityRow) -> str:
    refused = refusal_of(row)
    lines = [f"{refused.number} {refused.title}", "", refused.what, refused.remedy, ""]
    if refused.findings:
        lines += [*refused.findings, ""]
    lines += [f"file-name: {row.file_name}", f"submission: {row.submission}", f"at: {instant_text(row.at)}"]
    return "\n".join([*lines, ""])


def _received(row: ActivityRow) -> Received:
    return Received(row.file_name or "", row.size or 0, row.at)


def _file_name(row: ActivityRow) -> str:
    """The name, or a harmless likeness of one that no folder takes."""
    name = row.file_name or ""
    return name if plain(name) else re.sub(r"[^A-Za-z0-9._ -]|\.\.", "_", name)[:_LONGEST_SHOWN_NAME]
