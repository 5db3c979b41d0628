"""What is owed, pure: which input dates are open in a folder, and how one obligation stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from backend.contract.messages import DueState
from backend.core.calendar import Calendar
from backend.core.catalogue import FolderRule
from backend.core.deadlines import Filer, Filing

OPEN_FOR: Final = timedelta(days=1)
"""How long after its cut-off a date is open although nobody is missing."""
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
    """Due up to its cut-off, then missing; received or late by the instant that counts, however exempt."""
    if received is not None:
        return "received" if received <= cut_off else "late"
    if exempt:
        return "exempt"
    return "due" if now <= cut_off else "missing"


def owed(
    folder: FolderRule, filer: Filer, input_date: date, filing: Filing | None, calendar: Calendar, now: datetime
) -> Owed | None:
    """How it stands; `None` in a folder without cut-off."""
    rule, cut_off = folder.cut_off, folder.cut_off_of(input_date, calendar, filer.identity_code)
    if rule is None or cut_off is None:
        return None
    exempt = calendar.exemption(folder.code, input_date, filer.identity_code)
    if folder.period == "day":
        exempt = exempt or calendar.closed(input_date)
    received = rule.counted(filing.started, filing.completed) if filing is not None else None
    state = state_of(now, cut_off, received, exempt)
    moved = calendar.extension(folder.code, input_date, filer.identity_code)
    reason = exempt if state == "exempt" else _why_later(folder, input_date, filer, calendar, moved)
    return Owed(folder, filer, input_date, cut_off, state, moved == cut_off, reason, received, filing)


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


def still_open(folder: FolderRule, input_date: date, calendar: Calendar, now: datetime, *, missing: bool) -> bool:
    """Whether the board shows it: its cut-off is ahead or not long ago, or somebody is missing who may still file."""
    cut_off = folder.cut_off_of(input_date, calendar)
    latest = max(
        (
            until
            for (code, day, _), (until, _) in calendar.decided.extensions.items()
            if (code, day) == (folder.code, input_date)
        ),
        default=cut_off,
    )
    if cut_off is None or latest is None:
        return False
    closes = folder.cut_off is not None and folder.cut_off.closes
    return now <= max(cut_off, latest) + OPEN_FOR or (missing and not closes)


def _why_later(folder: FolderRule, input_date: date, filer: Filer, calendar: Calendar, until: datetime | None) -> str:
    """Why a cut-off was extended, in the operators' words."""
    for code in (filer.identity_code, ""):
        said = calendar.decided.extensions.get((folder.code, input_date, code))
        if said is not None and said[0] == until:
            return said[1]
    return ""
