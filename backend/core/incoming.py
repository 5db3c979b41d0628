"""Files that came in, as the store knows them: what stands to be collected, and what was done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from backend.core.activity_row import ActivityRow
from backend.core.actor import Scope


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the inbox: what stands in one folder and waits, or what was collected of it."""

    folder: str
    collected: bool
    identity_code: str | None = None
    input_date: date | None = None
    again: bool = False
    """Only what comes to the inbox once more."""


class IncomingRows(Protocol):
    """What is read, in one snapshot."""

    def stretch(self, wanted: Stretch, before: int | None, limit: int) -> list[ActivityRow]:
        """Newest first: what waits by its own log index, what was collected by that of its collection."""
        ...

    def count_stretch(self, wanted: Stretch, most: int) -> int:
        """How many, counted to `most`."""
        ...

    def entries_at(self, log_indexes: Sequence[int]) -> dict[int, ActivityRow]:
        """Those rows of the log, by log index."""
        ...

    def counter_receipts(self, log_index: int) -> list[ActivityRow]:
        """What operators did with this submission, newest first; of many acts the latest 100."""
        ...

    def version_before(self, folder: str, identity_code: str, input_date: date, file_name: str) -> ActivityRow | None:
        """The version that stands under that key or, where none does, the latest that was withdrawn or returned."""
        ...

    def ends_unfollowed(self, scope: Scope, since: datetime, limit: int) -> list[ActivityRow]:
        """Withdrawals and returns that nothing has followed, newest first, in folders of submissions.

        What follows stands under the same name, or came since for the same identity and input date.
        """
        ...


class IncomingUnit(Protocol):
    """What one unit writes."""

    def collect_again(self, log_index: int, why: str) -> None:
        """It waits once more, as if nobody had collected it."""
        ...
