"""Obligations: who must file what by when, for the board, for firms themselves, and as a row of arrivals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import (
    Arrivals,
    Board,
    BoardLine,
    ClosedDay,
    DueState,
    Exemption,
    MovedCutOff,
    Obligation,
    ObligationFilter,
    ObligationPage,
    TradingYear,
)
from backend.contract.rules.shown import shown
from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.deadline_lines import FiledLines, Standing, lines_of
from backend.core.deadlines import Filer
from backend.core.gate import obligation_scope, refuse_outside_staff
from backend.core.owed import LOOKED_BACK, Line, Owed, still_open
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
        self._known = FiledLines()

    def board(self, actor: Actor) -> Board:
        """A line for each folder and input date that is open; 2002 but for the operator's staff."""
        refuse_outside_staff(actor)
        now = self._clock.now()
        with self._store.reading() as rows:
            calendar = self._calendar.with_(rows.decided())
            lines = [
                _counted_line(line, counted)
                for line, standing in lines_of(rows, calendar, now, known=self._known)
                if still_open(line, now, missing="missing" in (counted := _states(line, standing, now)))
            ]
        lines.sort(key=lambda line: (line.cut_off < now, abs(line.cut_off - now), line.folder))
        return Board(now=now, lines=tuple(lines))

    def page(self, actor: Actor, wanted: ObligationFilter, cursor: str | None, limit: int) -> ObligationPage:
        """Staff see everybody's, others those of their identities in the folders they may use."""
        now = self._clock.now()
        with self._store.reading() as rows:
            scope = obligation_scope(actor, rows.catalogue())
            kept = [
                one for one in self._found(rows, wanted, scope, now) if not wanted.states or one.state in wanted.states
            ]
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
            for line, standing in lines_of(rows, calendar, now, folder=folder, days=[input_date]):
                return _arrivals([line.owed(filer, filing, now) for filer, filing in standing], now)
        raise Refused(NOT_FOUND)

    def _found(
        self, rows: Rows, wanted: ObligationFilter, scope: set[tuple[str, str]] | None, now: datetime
    ) -> Iterator[Owed]:
        """What is asked for, in whichever state."""
        calendar = self._calendar.with_(rows.decided())
        codes = None if scope is None else {code for _, code in scope}

        def asked(filer: Filer) -> bool:
            mine = codes is None or filer.identity_code in codes
            named = wanted.identity_code in (None, filer.identity_code) and wanted.company in (None, filer.company)
            return mine and named

        who = asked if codes is not None or wanted.identity_code or wanted.company else None
        days = None if wanted.input_date is None else [wanted.input_date]
        back = wanted.days or LOOKED_BACK
        for line, standing in lines_of(rows, calendar, now, folder=wanted.folder, days=days, back=back, who=who):
            found = [line.owed(filer, filing, now) for filer, filing in standing if _in(scope, line, filer)]
            whole = wanted.input_date is not None or wanted.days is not None
            if whole or still_open(line, now, missing=any(one.state == "missing" for one in found)):
                yield from found

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


def _states(line: Line, standing: Standing, now: datetime) -> Counter[DueState]:
    return Counter(line.state(filer, filing, now) for filer, filing in standing)


def _counted_line(line: Line, counted: Counter[DueState]) -> BoardLine:
    folder, extended = line.folder, line.calendar.extended(line.folder.code, line.input_date)
    return BoardLine(
        folder=folder.code,
        title=folder.title,
        input_date=line.input_date,
        cut_off=folder.cut_offs_of(line.input_date, line.calendar)[-1],
        extended=bool(extended),
        closes=line.rule.closes,
        due=counted["due"],
        received=counted["received"],
        late=counted["late"],
        missing=counted["missing"],
        exempt=counted["exempt"],
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


def _in(scope: set[tuple[str, str]] | None, line: Line, filer: Filer) -> bool:
    return scope is None or (line.folder.code, filer.identity_code) in scope
