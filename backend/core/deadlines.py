"""Deadlines as the store knows them: who must file, what came in, what was decided, and who was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol

from backend.core.calendar import Deadline

Notice = Literal["reminder", "cut-off", "checkpoint"]


@dataclass(frozen=True, slots=True)
class Filer:
    """An identity that a company holds."""

    identity_code: str
    name: str
    user_type: str
    company: str
    company_name: str
    since: datetime | None = None
    """When the company got it; `None` means long ago."""


class Filing(NamedTuple):
    """A version that stands, with both instants of the first version under its key. Made by the ten thousands."""

    folder: str
    identity_code: str
    input_date: date
    file_name: str
    log_index: int
    started: datetime
    completed: datetime


FilingMark = tuple[int, int]


class DeadlineRows(Protocol):
    """What is read, in one snapshot."""

    def filers(self, user_types: Sequence[str]) -> list[Filer]:
        """The identities of these user types that active companies hold, by code."""
        ...

    def began(self) -> datetime | None:
        """When the first entry came into the log."""
        ...

    def filings(
        self, folders: Sequence[str], input_dates: Sequence[date], identity_codes: Sequence[str] | None = None
    ) -> list[Filing]:
        """What stands in these folders for these dates, of these identities or of all."""
        ...

    def filing_marks(self, folders: Sequence[str], input_dates: Sequence[date]) -> dict[tuple[str, date], FilingMark]:
        """How many stand, and the latest of them: while both stay, so does what stands."""
        ...

    def told(self, kind: Notice, folder: str, input_date: date) -> dict[str, datetime]:
        """By identity code, an empty one for all: the latest cut-off about which somebody was told."""
        ...


class DeadlineUnit(Protocol):
    """What one unit writes; whatever was decided is read anew by every process from its commit on."""

    def put_holidays(self, year: int, holidays: Mapping[date, str]) -> None:
        """All of that year, in place of those before."""
        ...

    def put_closure(self, day: date, name: str | None) -> None:
        """`None` takes it back."""
        ...

    def put_extension(self, deadline: Deadline, until: datetime, reason: str) -> None: ...

    def put_exemption(self, deadline: Deadline, reason: str) -> None: ...

    def tell(self, kind: Notice, deadline: Deadline, cut_off: datetime) -> bool:
        """Notes that somebody is told of this cut-off; false where they were, or of a later one."""
        ...
