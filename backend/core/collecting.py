"""Collecting: operators read what was submitted; every reading is in the log before its first byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar

from backend.contract.faults import NOT_FOUND, NOT_STANDING, UNKNOWN_FOLDER, Refused
from backend.contract.rules.shown import shown
from backend.core.activity_row import ACCEPTED, COLLECTED, ActivityRow
from backend.core.actor import Actor
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.gate import refuse_expired, refuse_to_collect
from backend.core.handing_out import HandingOut
from backend.core.ports import Clock, Store
from backend.core.reading import Reading
from backend.core.rows import Rows, Unit

T = TypeVar("T")
LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Submitted:
    """A version that stands. `size` in bytes; `collected`: some operator has read it."""

    name: str
    size: int
    at: datetime
    sha256: str
    version: int
    collected: bool
    log_index: int


class Collecting:
    """Only what stands is listed and opened: older versions are evidence. 4520 for auditors, 2001 for participants."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        handing_out: HandingOut,
        current_actor: Callable[[Rows, Actor], Actor],
    ) -> None:
        self._store = store
        self._clock = clock
        self._handing_out = handing_out
        self._current_actor = current_actor

    def folders(self, actor: Actor) -> list[str]:
        """All submission folders."""
        self._refuse(actor)
        with self._store.reading() as rows:
            folders = rows.catalogue().folders.values()
        return [folder.code for folder in folders if folder.direction == "submission"]

    def identities(self, actor: Actor, folder: str) -> list[str]:
        """Those for which something stands in it; 4501 where there is no such folder."""
        self._refuse(actor)
        with self._store.reading() as rows:
            return rows.submitters(_folder(rows.catalogue(), folder).code)

    def dates(self, actor: Actor, folder: str, identity_code: str) -> list[date]:
        """The input dates of what stands; 2001 where nothing does."""
        self._refuse(actor)
        with self._store.reading() as rows:
            return _some(rows.submitted_dates(_folder(rows.catalogue(), folder).code, identity_code))

    def files(self, actor: Actor, folder: str, identity_code: str, input_date: date) -> list[Submitted]:
        """What stands for an identity and a date; 2001 where nothing does."""
        self._refuse(actor)
        with self._store.reading() as rows:
            code = _folder(rows.catalogue(), folder).code
            return [_submitted(row) for row in _some(rows.received([code], [identity_code], [input_date]))]

    def find(self, actor: Actor, folder: str, identity_code: str, input_date: date, file_name: str) -> Submitted:
        """What stands under that name; 2001 where nothing does."""
        self._refuse(actor)
        with self._store.reading() as rows:
            return _submitted(_standing(rows, folder, identity_code, input_date, file_name))

    def open(self, actor: Actor, folder: str, identity_code: str, input_date: date, file_name: str) -> Reading:
        """Its bytes, once that is durably in the log. 2001 where nothing stands there, or by then another version."""
        self._refuse(actor)
        with self._store.reading() as rows:
            row = _standing(rows, folder, identity_code, input_date, file_name)

        def allowed(unit: Unit) -> ActivityRow:
            self._refuse(self._current_actor(unit, actor))
            stands = _standing(unit, folder, identity_code, input_date, file_name)
            if stands.log_index != row.log_index:
                raise Refused(NOT_FOUND)
            return stands

        return self._handing_out.open(actor, COLLECTED, row, allowed)

    def one(self, actor: Actor, log_index: int) -> ActivityRow:
        """The submission at that place in the log; 2001 where there is none, 4523 where it does not stand any more."""
        self._refuse(actor)
        with self._store.reading() as rows:
            row = submission_of(rows, log_index)
            refuse_gone(rows, row)
        return row

    def pick_up(self, actor: Actor, log_index: int, reason: str) -> Reading:
        """As `open`, by its place in the log and for a reason, which its submitter reads."""

        def allowed(unit: Unit) -> ActivityRow:
            self._refuse(self._current_actor(unit, actor))
            row = submission_of(unit, log_index)
            refuse_gone(unit, row)
            return row

        row = self.one(actor, log_index)
        return self._handing_out.open(actor, COLLECTED, row, allowed, shown(reason, LONGEST_REASON))

    def refuse_no_longer(self, actor: Actor) -> None:
        """Asks the gate as of now; what was begun while it stood may be read to its end."""
        with self._store.reading() as rows:
            self._refuse(self._current_actor(rows, actor))

    def _refuse(self, actor: Actor) -> None:
        refuse_expired(actor, self._clock.now())
        refuse_to_collect(actor)


def submission_of(rows: Rows, log_index: int) -> ActivityRow:
    """The accepted submission at that place in the log; 2001 where there is none."""
    row = rows.activity(log_index)
    if row is None or row.act != ACCEPTED:
        raise Refused(NOT_FOUND)
    return row


def refuse_gone(rows: Rows, row: ActivityRow) -> None:
    """4523 for a version that does not stand, with what became of it."""
    if row.superseded_by is None:
        return
    act = rows.activity(row.superseded_by)
    by = f" by {act.login_id}" if act is not None else ""
    if row.ended is None:
        what = f"A newer version took its place: log index {row.superseded_by}{by}."
    else:
        what = f"It was {row.ended}{by} already: log index {row.superseded_by}."
    raise Refused(NOT_STANDING, what=what)


def _folder(catalogue: Catalogue, code: str) -> FolderRule:
    folder = catalogue.folders.get(code)
    if folder is None or folder.direction != "submission":
        raise Refused(UNKNOWN_FOLDER, folder=shown(code, 40))
    return folder


def _standing(rows: Rows, folder: str, identity_code: str, input_date: date, file_name: str) -> ActivityRow:
    row = rows.current(_folder(rows.catalogue(), folder).code, identity_code, input_date, file_name)
    if row is None:
        raise Refused(NOT_FOUND)
    return row


def _some(found: list[T]) -> list[T]:
    if not found:
        raise Refused(NOT_FOUND)
    return found


def _submitted(row: ActivityRow) -> Submitted:
    named, sha256 = row.file_name or "", row.sha256 or ""
    return Submitted(named, row.size or 0, row.at, sha256, row.version or 1, row.collected is not None, row.log_index)
