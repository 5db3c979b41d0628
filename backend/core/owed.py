"""What is owed, pure: which input dates are open in a folder, and how one obligation stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from backend.contract.messages import DueState
from backend.core.calendar import Calendar, Extension
from backend.core.catalogue import CutOff, FolderRule
from backend.core.deadlines import Filer, Filing

LOOKED_BACK: Final = 6
"""Trading days, or months, in which what is open is looked for."""
OPEN_FOR: Final = timedelta(days=1)
"""How long after its cut-off a date is open although nobody is missing."""
_SMALL_HOURS: Final = 6
_ORDER: Final[tuple[DueState, ...]] = ("missing", "due", "late", "received", "exempt")


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation, as it stands now. `received` is the instant that counts."""

    folder: FolderRule
    filer: Filer
    input_date: date
    cut_off: datetime
    state: DueState
    extended: bool = False
    reason: str = ""
    received: datetime | None = None
    filing: Filing | None = None

    @property
    def order(self) -> tuple[object, ...]:
        """The next cut-off first; of each what needs somebody first."""
        rank = _ORDER.index(self.state)
        return self.cut_off, self.folder.code, self.input_date, rank, self.filer.identity_code


def state_of(now: datetime, cut_off: datetime, received: datetime | None, exempt: str) -> DueState:
    """Due up to its cut-off, then missing; received or late by the instant that counts. The exempt are never late."""
    if received is not None:
        return "received" if received <= cut_off or exempt else "late"
    if exempt:
        return "exempt"
    return "due" if now <= cut_off else "missing"


@dataclass(frozen=True, slots=True)
class Line:
    """A folder and an input date: what is alike for all who file there, or said of some of them."""

    folder: FolderRule
    rule: CutOff
    input_date: date
    calendar: Calendar
    said: datetime
    """The rule's own cut-off."""
    closed: str
    """Why nothing is due for it, where the day was closed."""

    @classmethod
    def of(cls, folder: FolderRule, input_date: date, calendar: Calendar) -> Line | None:
        """`None` in a folder without cut-off."""
        if folder.cut_off is None:
            return None
        closed = calendar.closed(input_date) if folder.period == "day" else ""
        said = folder.cut_off_said(folder.cut_off, input_date, calendar)
        return cls(folder, folder.cut_off, input_date, calendar, said, closed)

    def begins_after(self, began: datetime | None) -> bool:
        """Whether its cut-off came after the platform began, and filing in its folder."""
        return not any(since is not None and self.said < since for since in (began, self.folder.owed_since))

    def binds(self, filer: Filer) -> bool:
        """Whether the identity was there, on that date and before the cut-off."""
        since = filer.since
        return since is None or (since <= self.said and self.calendar.today(since) <= self.input_date)

    def cut_off(self, identity_code: str) -> tuple[datetime, Extension | None]:
        """As it holds, and the extension that it comes from."""
        extension = self.calendar.extension(self.folder.code, self.input_date, identity_code)
        later = extension is not None and extension.until > self.said
        return (extension.until, extension) if extension is not None and later else (self.said, None)

    def owed(self, filer: Filer, filing: Filing | None, now: datetime) -> Owed:
        """How it stands for one identity."""
        cut_off, extension = self.cut_off(filer.identity_code)
        received, exempt = self.received(filing), self._exempt(filer)
        state = state_of(now, cut_off, received, exempt)
        reason = exempt if state == "exempt" else extension.reason if extension is not None else ""
        extended = extension is not None
        return Owed(self.folder, filer, self.input_date, cut_off, state, extended, reason, received, filing)

    def state(self, filer: Filer, filing: Filing | None, now: datetime) -> DueState:
        """The same in one word, for whoever counts many."""
        cut_off, _ = self.cut_off(filer.identity_code)
        return state_of(now, cut_off, self.received(filing), self._exempt(filer))

    def received(self, filing: Filing | None) -> datetime | None:
        """The instant that counts."""
        return None if filing is None else self.rule.counted(filing.started, filing.completed)

    def _exempt(self, filer: Filer) -> str:
        return self.closed or self.calendar.exemption(self.folder.code, self.input_date, filer.identity_code)


def days_of(folder: FolderRule, calendar: Calendar, now: datetime, back: int) -> list[date]:
    """The input dates of the last `back` trading days up to today, the newest first; of a monthly folder, month ends.

    A day that was closed after all is among them: it was to be filed for.
    """
    today = calendar.today(now)
    found: list[date] = []
    if folder.period == "month":
        end = today.replace(day=1) - timedelta(days=1)
        while len(found) < back:
            found.append(end)
            end = end.replace(day=1) - timedelta(days=1)
        return found
    day = today
    while len(found) < back:
        if calendar.trades(day) or calendar.closed(day):
            found.append(day)
        day -= timedelta(days=1)
    return found


def due_today(folder: FolderRule, calendar: Calendar, now: datetime, identity_code: str = "") -> list[date]:
    """The input dates whose cut-off is today's, extended or not; and today, where it was closed after all.

    What ends in the small hours belongs to the evening before.
    """
    rule, today = folder.cut_off, calendar.today(now)
    if rule is None or not folder.obliges:
        return []
    return [
        day
        for day in days_of(folder, calendar, now, rule.trading_days_after + LOOKED_BACK)
        if (day == today and calendar.closed(day) and folder.period == "day")
        or _is_todays(folder.cut_off_said(rule, day, calendar), calendar, now)
        or _is_todays(folder.cut_off_of(day, calendar, identity_code), calendar, now)
    ]


def _is_todays(cut_off: datetime | None, calendar: Calendar, now: datetime) -> bool:
    if cut_off is None:
        return False
    at, here = cut_off.astimezone(calendar.zone), now.astimezone(calendar.zone)
    days = (at.date() - here.date()).days
    small = at.hour < _SMALL_HOURS
    return (days == 0 and (not small or here.hour < _SMALL_HOURS)) or (days == 1 and small)


def is_asked_for(folder: FolderRule, day: date, calendar: Calendar) -> bool:
    """Whether that is an input date of the folder: a day that trades or was to; of a monthly one, a month's last."""
    if folder.period == "month":
        return (day + timedelta(days=1)).day == 1
    return calendar.trades(day) or bool(calendar.closed(day))


def still_open(line: Line, now: datetime, *, missing: bool) -> bool:
    """Whether the board shows it: its cut-off is ahead or not long ago, or somebody is missing who may still file."""
    cut_offs = line.folder.cut_offs_of(line.input_date, line.calendar)
    return any(now <= one + OPEN_FOR for one in cut_offs[-1:]) or (missing and not line.rule.closes)
