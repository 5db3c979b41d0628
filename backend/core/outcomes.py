"""Outcomes as documents: what became of each file, for channels that show it as files beside the drop box."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Final, Literal

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import ActivityFilter
from backend.contract.rules.file_names import plain, read_name
from backend.contract.rules.finding_documents import findings_text
from backend.contract.rules.receipts import instant_text
from backend.contract.rules.refusals import refusal_text
from backend.core.activity import refusal_of, signature_of
from backend.core.activity_row import ACCEPTED, ActivityRow
from backend.core.actor import Actor, Scope
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.checkpoints import Checkpoints
from backend.core.counter_receipts import counter_name, counter_text, leaves_one, read_counter_name
from backend.core.gate import activity_scope, folder_for, folders_for
from backend.core.ports import Clock, Store

SHOWN_FOR: Final = timedelta(days=90)
_ROOMS: Final = {"submission": ("submit", "receipts"), "download": ("download",)}
PAGE: Final = 500
"""Acts read at once: however many there are, so many are in memory."""
_MOST_REFUSALS: Final = 2000
_MOST_SEARCHED: Final = 20 * PAGE
_LONGEST_SHOWN_NAME: Final = 100
_OF_ACCEPTED: Final = re.compile(r"(.+?)(?:(?:\.v[0-9]+)?\.(?:receipt|receipt\.sig|proof)|\.findings\.txt)", re.ASCII)
_REFUSED_TXT: Final = ".refused.txt"
_FINDINGS_TXT: Final = ".findings.txt"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder as one identity has it."""

    identity_code: str
    folder: str
    direction: Literal["submission", "download"]
    size_limit: int

    @property
    def rooms(self) -> tuple[str, ...]:
        """The folders in it."""
        return _ROOMS[self.direction]


@dataclass(frozen=True, slots=True)
class Document:
    """A text file: a receipt, its signature, its proof, why a file was refused, what wants an explanation."""

    name: str
    size: int
    at: datetime
    read: Callable[[], str] = field(repr=False, compare=False)
    """A proof is made only once somebody reads it."""

    @classmethod
    def of(cls, name: str, text: str, at: datetime) -> Document:
        return cls(name, len(text.encode()), at, lambda: text)

    @property
    def text(self) -> str:
        return self.read()


@dataclass(frozen=True, slots=True)
class Received:
    """A file that stands: never its bytes."""

    name: str
    size: int
    at: datetime
    sha256: str


class Outcomes:
    """Reads only, and only what the actor may see."""

    def __init__(self, store: Store, clock: Clock, calendar: Calendar, checkpoints: Checkpoints) -> None:
        self._checkpoints = checkpoints
        self._store = store
        self._clock = clock
        self._calendar = calendar

    def places(self, actor: Actor) -> list[Place]:
        with self._store.reading() as rows:
            return places_for(actor, rows.catalogue())

    def documents(self, actor: Actor, identity_code: str, folder: str) -> Iterator[list[Document]]:
        """The refusals that nothing has followed, then the receipt of each version and what operators did with it.

        Each receipt with its signature and its proof. Of the last 90 days; by pages.
        """
        yield self._refusals(actor, identity_code, folder)
        for found in self._acts(actor, identity_code, folder):
            yield self._documents(found)

    def document(self, actor: Actor, identity_code: str, folder: str, name: str) -> Document | None:
        """One of the documents, by its name."""
        if name.endswith(_REFUSED_TXT):
            found = self._refusals(actor, identity_code, folder)
            return next((one for one in found if one.name == name), None)
        if (log_index := read_counter_name(name)) is not None:
            return self._counter_receipt(actor, identity_code, folder, log_index, name)
        said = _OF_ACCEPTED.fullmatch(name)
        if said is None or not plain(said[1]):
            return None
        pages = islice(self._acts(actor, identity_code, folder, said[1]), _MOST_SEARCHED // PAGE)
        documents = (one for page in pages for one in self._documents([row for row in page if row.act == ACCEPTED]))
        return next((one for one in documents if one.name == name), None)

    def _counter_receipt(
        self, actor: Actor, identity_code: str, folder: str, log_index: int, name: str
    ) -> Document | None:
        with self._store.reading() as rows:
            _mine(rows.catalogue(), actor, identity_code, folder)
            row = rows.activity(log_index)
        if row is None or (row.folder, row.identity_code) != (folder, identity_code) or row.act == ACCEPTED:
            return None
        return next((one for one in _of(row) if one.name == name), None)

    def _documents(self, rows: Sequence[ActivityRow]) -> list[Document]:
        lengths = self._checkpoints.lengths([row.log_index for row in rows if row.act == ACCEPTED], make=True)
        return [one for row in rows for one in (*_of(row), *self._proof(row, lengths.get(row.log_index)))]

    def _proof(self, row: ActivityRow, length: int | None) -> Iterator[Document]:
        """None where no checkpoint covers it yet, since none is made for now."""
        if length is not None:
            read = partial(self._checkpoints.document, row.log_index)
            yield Document(f"{_versioned(row)}.proof", length, row.at, read)

    def received(self, actor: Actor, identity_code: str, folder: str) -> Iterator[list[Received]]:
        """The files that stand, of the last 90 days, by pages."""
        for found in self._acts(actor, identity_code, folder):
            yield [_received(row) for row in found if row.act == ACCEPTED and row.superseded_by is None]

    def current(self, actor: Actor, identity_code: str, folder: str, file_name: str) -> Received | None:
        """The file that stands under this name, if one does."""
        with self._store.reading() as rows:
            rule = _mine(rows.catalogue(), actor, identity_code, folder)
            reading = read_name(rule.names, file_name)
            if reading is None:
                return None
            calendar = self._calendar.with_(rows.decided())
            input_date = reading.input_date or rule.default_input_date(self._clock.now(), calendar)
            row = rows.current(folder, identity_code, input_date, file_name)
        return _received(row) if row else None

    def _acts(
        self, actor: Actor, identity_code: str, folder: str, file_name: str | None = None
    ) -> Iterator[list[ActivityRow]]:
        """Newest first; the gate is asked for each page."""
        wanted = ActivityFilter(folder=folder, identity_code=identity_code, name=file_name)
        days = (self._clock.now() - SHOWN_FOR, None)
        found: list[ActivityRow] = []
        before: int | None = None
        while before is None or len(found) == PAGE:
            with self._store.reading() as rows:
                catalogue = rows.catalogue()
                _mine(catalogue, actor, identity_code, folder)
                found = rows.activities(wanted, activity_scope(actor, catalogue), days, before, PAGE)
            yield found
            before = found[-1].log_index if found else 0

    def _refusals(self, actor: Actor, identity_code: str, folder: str) -> list[Document]:
        """One a name, for several hostile names may have one likeness."""
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
            _mine(catalogue, actor, identity_code, folder)
            scope = Scope(activity_scope(actor, catalogue).company, (folder,))
            found = rows.open_refusals(scope, self._clock.now() - SHOWN_FOR, _MOST_REFUSALS)
        oldest_first = (_refusal(row) for row in reversed(found) if row.identity_code == identity_code)
        return list({document.name: document for document in oldest_first}.values())


def places_for(actor: Actor, catalogue: Catalogue) -> list[Place]:
    """Every folder of the actor's, by identity."""
    return [
        Place(identity.code, folder.code, folder.direction, folder.size_limit)
        for folder, identities in folders_for(actor, catalogue)
        for identity in identities
    ]


def _mine(catalogue: Catalogue, actor: Actor, identity_code: str, folder: str) -> FolderRule:
    rule, identities = folder_for(actor, catalogue, folder)
    if identity_code not in {identity.code for identity in identities}:
        raise Refused(NOT_FOUND)
    return rule


def _receipt(row: ActivityRow) -> Document:
    return Document.of(f"{_versioned(row)}.receipt", row.text(), row.at)


def _versioned(row: ActivityRow) -> str:
    version = "" if row.superseded_by is None else f".v{row.version}"
    return f"{_file_name(row)}{version}"


def _of(row: ActivityRow) -> Iterator[Document]:
    """Of a submission its receipt and, as long as it stands with what nobody has explained, what was found in it.

    Of what operators did with one, the counter-receipt.
    """
    if leaves_one(row):
        yield Document.of(counter_name(_file_name(row), row), counter_text(row), row.at)
    if row.act != ACCEPTED:
        return
    yield _receipt(row)
    if signature := signature_of(row):
        yield Document.of(f"{_versioned(row)}.receipt.sig", signature, row.at)
    if row.unexplained and row.superseded_by is None:
        yield Document.of(f"{_file_name(row)}{_FINDINGS_TXT}", _findings_text(row), row.at)


def _findings_text(row: ActivityRow) -> str:
    return findings_text(row.findings, row.log_index, file_name=row.file_name, at=instant_text(row.at))


def _refusal(row: ActivityRow) -> Document:
    return Document.of(f"{_file_name(row)}{_REFUSED_TXT}", _refusal_text(row), row.at)


def _refusal_text(row: ActivityRow) -> str:
    return refusal_text(refusal_of(row), file_name=row.file_name, submission=row.submission, at=instant_text(row.at))


def _received(row: ActivityRow) -> Received:
    return Received(row.file_name or "", row.size or 0, row.at, row.sha256 or "")


def _file_name(row: ActivityRow) -> str:
    """The name, or a harmless likeness of one that no folder takes."""
    name = row.file_name or ""
    return name if plain(name) else re.sub(r"[^A-Za-z0-9._ -]|\.\.", "_", name)[:_LONGEST_SHOWN_NAME]
