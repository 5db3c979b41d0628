"""Obligations: who must file what by when, for the board, for firms themselves, and as a row of arrivals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import (
    Arrivals,
    Board,
    BoardLine,
    ClosedDay,
    Exemption,
    MovedCutOff,
    Obligation,
    ObligationFilter,
    ObligationPage,
    TradingYear,
)
from backend.contract.rules.companions import companion_of
from backend.contract.rules.shown import shown
from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.catalogue import FolderRule
from backend.core.deadlines import Filer, Filing
from backend.core.gate import obligation_scope, refuse_outside_staff
from backend.core.owed import LOOKED_BACK, Owed, days_of, is_asked_for, owed, owes, still_open
from backend.core.page_marks import PageMarks
from backend.core.ports import Clock, Store
from backend.core.rows import Rows

_BINS: Final = 48
_SHORTEST: Final = timedelta(minutes=5)
_BEFORE: Final = timedelta(hours=8)
"""How long before a cut-off the row of arrivals begins, where nothing came earlier."""


class Obligations:
    """Reads only: everything follows from the catalogue, the calendar, who holds which user type, and the log."""

    def __init__(self, store: Store, clock: Clock, calendar: Calendar, cursor_key: bytes) -> None:
        self._store = store
        self._clock = clock
        self._calendar = calendar
        self._marks = PageMarks(cursor_key)

    def board(self, actor: Actor) -> Board:
        """A line for each folder and input date that is open; 2002 but for the operator's staff."""
        refuse_outside_staff(actor)
        now = self._clock.now()
        with self._store.reading() as rows:
            found = self._open(rows, now)
        lines: dict[tuple[str, date], list[Owed]] = {}
        for one in found:
            lines.setdefault((one.folder.code, one.input_date), []).append(one)
        shown_lines = [_line(line) for line in lines.values()]
        shown_lines.sort(key=lambda line: (line.cut_off < now, abs(line.cut_off - now), line.folder))
        return Board(now=now, lines=tuple(shown_lines))

    def page(self, actor: Actor, wanted: ObligationFilter, cursor: str | None, limit: int) -> ObligationPage:
        """Staff see everybody's, others those of their identities in the folders they may use."""
        now = self._clock.now()
        with self._store.reading() as rows:
            scope = obligation_scope(actor, rows.catalogue())
            calendar = self._calendar.with_(rows.decided())
            if wanted.input_date is None and wanted.days is None:
                found = self._open(rows, now, folder=wanted.folder)
            else:
                days = None if wanted.input_date is None else [wanted.input_date]
                found = list(self._all(rows, now, calendar, wanted.folder, days, wanted.days or LOOKED_BACK))
            kept = [one for one in found if _wanted(one, wanted) and (scope is None or _mine(one, scope))]
        kept.sort(key=lambda one: one.order)
        bound = ("obligations", actor.login_id, wanted.model_dump_json())
        start = self._marks.opened(cursor, *bound) if cursor is not None else 0
        end = start + limit
        return ObligationPage(
            items=tuple(shown_obligation(one) for one in kept[start:end]),
            total=len(kept),
            cursor=self._marks.sealed(end, *bound) if end < len(kept) else None,
        )

    def arrivals(self, actor: Actor, folder: str, input_date: date) -> Arrivals:
        """When they came, up to the cut-off and beyond; 2002 but for staff, 2001 where nothing is owed."""
        refuse_outside_staff(actor)
        now = self._clock.now()
        with self._store.reading() as rows:
            calendar = self._calendar.with_(rows.decided())
            found = list(self._all(rows, now, calendar, folder, [input_date], 1))
        if not found:
            raise Refused(NOT_FOUND)
        return _arrivals(found, now)

    def year(self, actor: Actor, year: int) -> TradingYear:
        """Its closed days, and what was decided: of others' identities, staff alone see that."""
        with self._store.reading() as rows:
            scope = obligation_scope(actor, rows.catalogue())
            decided = rows.decided()
        folders = None if scope is None else {folder for folder, _ in scope}
        codes = None if scope is None else {code for _, code in scope}

        def seen(folder: str, code: str) -> bool:
            return (folders is None or folder in folders) and (codes is None or not code or code in codes)

        closed = [ClosedDay(day=day, kind="holiday", name=name) for day, name in decided.holidays.items()]
        closed += [ClosedDay(day=day, kind="closure", name=name) for day, name in decided.closures.items()]
        extensions = [
            MovedCutOff(folder=folder, input_date=day, identity_code=code, until=one.until, reason=one.reason)
            for (folder, day), moved in decided.extensions.items()
            for code, one in moved.items()
            if day.year == year and seen(folder, code)
        ]
        exemptions = [
            Exemption(folder=folder, input_date=day, identity_code=code, reason=reason)
            for (folder, day, code), reason in decided.exemptions.items()
            if day.year == year and seen(folder, code)
        ]
        return TradingYear(
            year=year,
            today=self._calendar.today(self._clock.now()),
            every_day=self._calendar.every_day,
            listed=any(day.year == year for day in decided.holidays),
            closed=tuple(sorted((one for one in closed if one.day.year == year), key=lambda one: (one.day, one.kind))),
            extensions=tuple(sorted(extensions, key=lambda one: (one.input_date, one.folder, one.identity_code))),
            exemptions=tuple(sorted(exemptions, key=lambda one: (one.input_date, one.folder, one.identity_code))),
        )

    def _open(self, rows: Rows, now: datetime, folder: str | None = None) -> list[Owed]:
        calendar = self._calendar.with_(rows.decided())
        lines: dict[tuple[str, date], list[Owed]] = {}
        for one in self._all(rows, now, calendar, folder, None, LOOKED_BACK):
            lines.setdefault((one.folder.code, one.input_date), []).append(one)
        return [
            one
            for line in lines.values()
            if still_open(
                line[0].folder,
                line[0].input_date,
                calendar,
                now,
                missing=any(one.state == "missing" for one in line),
            )
            for one in line
        ]

    def _all(
        self,
        rows: Rows,
        now: datetime,
        calendar: Calendar,
        folder: str | None,
        days: Sequence[date] | None,
        back: int,
    ) -> Iterator[Owed]:
        folders = [one for one in rows.catalogue().folders.values() if one.obliges and folder in (None, one.code)]
        yield from standing_of(rows, folders, calendar, now, days, back)


def standing_of(
    rows: Rows, folders: Sequence[FolderRule], calendar: Calendar, now: datetime, days: Sequence[date] | None, back: int
) -> Iterator[Owed]:
    """All obligations of these folders for these input dates, or for those of so many days back: two questions."""
    asked = {
        folder.code: [day for day in days if is_asked_for(folder, day, calendar)]
        if days is not None
        else days_of(folder, calendar, now, back)
        for folder in folders
    }
    filers: dict[str, list[Filer]] = {}
    for filer in rows.filers(sorted({user_type for folder in folders for user_type in folder.user_types})):
        filers.setdefault(filer.user_type, []).append(filer)
    every_day = sorted({day for some in asked.values() for day in some})
    filed = first_filings(rows.filings([folder.code for folder in folders], every_day), folders)
    began = rows.began()
    for folder in folders:
        for day in asked[folder.code]:
            for filer in (one for user_type in folder.user_types for one in filers.get(user_type, ())):
                filing = filed.get((folder.code, filer.identity_code, day))
                if not owes(folder, filer, day, calendar, began):
                    continue
                if (found := owed(folder, filer, day, filing, calendar, now)) is not None:
                    yield found


def first_filings(filings: Iterable[Filing], folders: Sequence[FolderRule]) -> dict[tuple[str, str, date], Filing]:
    """By folder, identity and input date, of all names the one that came first; companions are no filing."""
    companions = {folder.code: folder.companions for folder in folders}
    first: dict[tuple[str, str, date], Filing] = {}
    for one in sorted(filings, key=lambda one: (one.completed, one.log_index)):
        if companion_of(one.file_name, companions.get(one.folder, ())) is None:
            first.setdefault((one.folder, one.identity_code, one.input_date), one)
    return first


def shown_obligation(one: Owed) -> Obligation:
    return Obligation(
        folder=one.folder.code,
        title=one.folder.title,
        company=one.filer.company,
        company_name=one.filer.company_name,
        identity_code=one.filer.identity_code,
        identity_name=one.filer.name,
        input_date=one.input_date,
        cut_off=one.cut_off,
        extended=one.extended,
        state=one.state,
        received=one.received,
        log_index=one.filing.log_index if one.filing else None,
        file_name=one.filing.file_name if one.filing else None,
        reason=shown(one.reason),
    )


def _line(line: Sequence[Owed]) -> BoardLine:
    folder = line[0].folder
    states = [one.state for one in line]
    return BoardLine(
        folder=folder.code,
        title=folder.title,
        input_date=line[0].input_date,
        cut_off=max(one.cut_off for one in line),
        extended=any(one.extended for one in line),
        closes=folder.cut_off is not None and folder.cut_off.closes,
        due=states.count("due"),
        received=states.count("received"),
        late=states.count("late"),
        missing=states.count("missing"),
        exempt=states.count("exempt"),
    )


def _arrivals(line: Sequence[Owed], now: datetime) -> Arrivals:
    cut_off = max(one.cut_off for one in line)
    came = sorted(one.received for one in line if one.received is not None)
    begins = min([cut_off - _BEFORE, *came[:1]])
    ends = max([cut_off, *came[-1:], min(now, cut_off + _BEFORE)])
    length = max(_SHORTEST, (ends - begins) / _BINS)
    bins = [0] * max(1, -((begins - ends) // length))
    for at in came:
        bins[min(int((at - begins) / length), len(bins) - 1)] += 1
    gone = max(0, min(len(bins), -((begins - now) // length)))
    return Arrivals(
        folder=line[0].folder.code,
        input_date=line[0].input_date,
        cut_off=cut_off,
        begins=begins,
        seconds=int(length.total_seconds()),
        bins=tuple(bins),
        ahead=len(bins) - gone,
        filed=len(came),
        owed=sum(one.state != "exempt" for one in line),
    )


def _wanted(one: Owed, wanted: ObligationFilter) -> bool:
    return (
        (not wanted.states or one.state in wanted.states)
        and wanted.identity_code in (None, one.filer.identity_code)
        and wanted.company in (None, one.filer.company)
    )


def _mine(one: Owed, scope: set[tuple[str, str]]) -> bool:
    return (one.folder.code, one.filer.identity_code) in scope
