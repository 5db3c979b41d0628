"""Collecting: operators read what was submitted; every reading is in the log before its first byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.ports import Clock, Store
from backend.core.reading import Reading, Readings
from backend.core.rows import Rows


@dataclass(frozen=True, slots=True)
class Submitted:
    """A version that stands. `size` in bytes; `collected`: some operator has read it."""

    name: str
    size: int
    at: datetime
    sha256: str
    version: int
    collected: bool


class Collecting:
    """Only what stands is listed and opened: an older version is evidence, for an audit. 4520 for auditors, 2001 for
    participants."""

    def __init__(
        self,
        store: Store,
        readings: Readings,
        clock: Clock,
        ledger: Ledger,
        current_actor: Callable[[Rows, Actor], Actor],
    ) -> None:
        self._store = store
        self._readings = readings
        self._clock = clock
        self._ledger = ledger
        self._current_actor = current_actor

    def folders(self, actor: Actor) -> list[str]:
        """All submission folders."""
        raise NotImplementedError

    def identities(self, actor: Actor, folder: str) -> list[str]:
        """Those that have submitted into it; 4501 where there is no such folder."""
        raise NotImplementedError

    def dates(self, actor: Actor, folder: str, identity_code: str) -> list[date]:
        """The input dates of what stands; none where nothing does."""
        raise NotImplementedError

    def files(self, actor: Actor, folder: str, identity_code: str, input_date: date) -> list[Submitted]:
        raise NotImplementedError

    def open(self, actor: Actor, folder: str, identity_code: str, input_date: date, file_name: str) -> Reading:
        """Its bytes, once that is durably in the log. 2001 where nothing stands under that name."""
        raise NotImplementedError
