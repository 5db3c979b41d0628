"""Obligations: who must file what by when, how that stands, and the calendar it follows from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.contract.messages.base import Day, DueState, Message

_Code = Annotated[str, StringConstraints(max_length=40)]


class Obligation(Message):
    """One identity's filing in a folder for one input date."""

    folder: str
    title: str
    company: str
    company_name: str
    identity_code: str
    identity_name: str
    input_date: date
    cut_off: datetime
    """As it holds now, extended or not."""
    extended: bool = False
    state: DueState
    received: datetime | None = None
    """The instant that counts, of the first version: a correction makes nothing late."""
    log_index: int | None = None
    """Of the version that stands."""
    file_name: str | None = None
    reason: str = ""
    """Why it was extended, or why it is exempt."""


class ObligationFilter(Message):
    """Empty means all; without an input date or days, those that are open."""

    folder: _Code | None = None
    input_date: Day | None = None
    days: Annotated[int, Field(ge=1, le=20)] | None = None
    """The input dates of so many trading days, or months, up to now."""
    identity_code: _Code | None = None
    company: _Code | None = None
    states: tuple[DueState, ...] = ()


class ObligationQuery(ObligationFilter):
    """One page of what a filter finds."""

    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class ObligationPage(Message):
    """One page: the next cut-off first, and of each those that nobody filed."""

    items: tuple[Obligation, ...]
    total: int
    cursor: str | None = None


class BoardLine(Message):
    """A folder and an input date: how many of its obligations are in which state."""

    folder: str
    title: str
    input_date: date
    cut_off: datetime
    """The latest of them, where some identities have more time."""
    extended: bool = False
    closes: bool = False
    """Whether nothing is taken after it."""
    due: int = 0
    received: int = 0
    late: int = 0
    missing: int = 0
    exempt: int = 0


class Board(Message):
    """What is open: the next cut-off first, then those that are over, the latest first."""

    now: datetime
    lines: tuple[BoardLine, ...]


class Arrivals(Message):
    """When the files of a folder and an input date came in, counted over stretches of equal length."""

    folder: str
    input_date: date
    cut_off: datetime
    begins: datetime
    seconds: int
    """The length of a stretch."""
    bins: tuple[int, ...]
    ahead: int = 0
    """How many of the last stretches have not come yet."""
    filed: int
    owed: int


class ClosedDay(Message):
    """A day on which nothing trades."""

    day: date
    kind: Literal["holiday", "closure"]
    name: str


class MovedCutOff(Message):
    """A cut-off that was extended; without an identity code for all who file there."""

    folder: str
    input_date: date
    identity_code: str = ""
    until: datetime
    reason: str


class Exemption(Message):
    """Somebody who need not file for one input date."""

    folder: str
    input_date: date
    identity_code: str
    reason: str


class TradingYear(Message):
    """One year's closed days, and what was decided about cut-offs in it that the one who asks may see."""

    year: int
    today: date
    every_day: bool
    """Whether Saturdays and Sundays trade."""
    listed: bool
    """Whether the holidays of that year were entered."""
    closed: tuple[ClosedDay, ...]
    extensions: tuple[MovedCutOff, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
