"""Changes of the calendar: holidays, closures, cut-offs that are extended, and exemptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, Refused
from backend.contract.messages import CloseMarket, Exempt, ExtendCutOff, Line, SetHolidays
from backend.contract.rules.shown import shown
from backend.core.calendar import Calendar
from backend.core.catalogue import FolderRule
from backend.core.client_connect.changes.change import Plan
from backend.core.owed import is_asked_for
from backend.core.rows import Rows, Unit

_ALL: Final = ("",)


class SetHolidaysChange:
    """One year's list as it shall be. What was filed or refused before stays as it was."""

    def plan(self, rows: Rows, company: str | None, proposal: SetHolidays, now: datetime) -> Plan:
        _operators_alone(company)
        wanted = _listed(proposal)
        before = {day: name for day, name in rows.decided().holidays.items() if day.year == proposal.year}
        lines = [
            Line(
                label=f"{day:%a %d %b %Y}",
                before=before.get(day, ""),
                after=wanted.get(day, ""),
                weighs=day not in wanted,  # files are due for it from then on
            )
            for day in sorted({*before, *wanted})
            if before.get(day) != wanted.get(day)
        ]
        if not lines:
            raise Refused(NOT_UNDERSTOOD, what=f"The holidays of {proposal.year} are these already.")
        return Plan("operator", None, str(proposal.year), f"{len(wanted)} holidays", tuple(lines))

    def apply(self, unit: Unit, proposal: SetHolidays, plan: Plan, now: datetime) -> bool:
        unit.put_holidays(proposal.year, _listed(proposal))
        return False


class CloseMarketChange:
    """A day that does not trade after all; or one that trades again."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def plan(self, rows: Rows, company: str | None, proposal: CloseMarket, now: datetime) -> Plan:
        _operators_alone(company)
        calendar = self._calendar.with_(rows.decided())
        closed, day = calendar.closed(proposal.day), proposal.day
        if proposal.reopen and not closed:
            raise Refused(NOT_UNDERSTOOD, what=f"{day} is not closed.")
        if not proposal.reopen and (closed or not calendar.trades(day)):
            raise Refused(NOT_UNDERSTOOD, what=f"{day} does not trade: {closed or calendar.why_not(day)}.")
        after = "trades" if proposal.reopen else f"closed: {shown(proposal.reason)}"
        lines = [Line(label=f"{day:%a %d %b %Y}", before=f"closed: {closed}" if closed else "trades", after=after)]
        moved = replace_closure(calendar, day, None if proposal.reopen else proposal.reason)
        lines += _consequences(rows.catalogue().folders.values(), calendar, moved, day)
        return Plan("operator", None, day.isoformat(), shown(proposal.reason), tuple(lines))

    def apply(self, unit: Unit, proposal: CloseMarket, plan: Plan, now: datetime) -> bool:
        unit.put_closure(proposal.day, None if proposal.reopen else proposal.reason)
        return False


class ExtendCutOffChange:
    """One cut-off, later than it is; never earlier, for nobody who relied on it."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def plan(self, rows: Rows, company: str | None, proposal: ExtendCutOff, now: datetime) -> Plan:
        _operators_alone(company)
        calendar = self._calendar.with_(rows.decided())
        folder = _obliging(rows, proposal.folder, proposal.input_date, calendar)
        _refuse_unknown(rows, folder, proposal.identity_codes)
        until = proposal.until.astimezone(calendar.zone)
        if until <= now:
            raise Refused(NOT_UNDERSTOOD, what=f"{until:%Y-%m-%d %H:%M} is over already: say a later instant.")
        codes = dict.fromkeys(proposal.identity_codes or _ALL)
        lines = [self._line(folder, proposal, code, calendar) for code in codes]
        lines.append(Line(label="Reason, which firms read", after=shown(proposal.reason)))
        return Plan("operator", None, _place(folder, proposal.input_date), folder.title, tuple(lines))

    def _line(self, folder: FolderRule, proposal: ExtendCutOff, code: str, calendar: Calendar) -> Line:
        before, until = folder.cut_off_of(proposal.input_date, calendar, code), proposal.until
        who = f" of {code}" if code else ""
        if before is None or until <= before:
            stands = _at(before, calendar) if before else "none"
            raise Refused(NOT_UNDERSTOOD, what=f"That is not later than the cut-off{who} as it stands, {stands}.")
        another_day = calendar.today(until) != calendar.today(before)
        label = f"Cut-off{who} for {proposal.input_date}"
        return Line(label=label, before=_at(before, calendar), after=_at(until, calendar), weighs=another_day)

    def apply(self, unit: Unit, proposal: ExtendCutOff, plan: Plan, now: datetime) -> bool:
        for code in proposal.identity_codes or _ALL:
            unit.put_extension((proposal.folder, proposal.input_date, code), proposal.until, proposal.reason)
        return False


class ExemptChange:
    """Identities that need not file for one input date; what they file counts all the same."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def plan(self, rows: Rows, company: str | None, proposal: Exempt, now: datetime) -> Plan:
        _operators_alone(company)
        calendar = self._calendar.with_(rows.decided())
        folder = _obliging(rows, proposal.folder, proposal.input_date, calendar)
        _refuse_unknown(rows, folder, proposal.identity_codes)
        decided = calendar.decided.exemptions
        lines = [
            Line(
                label=f"Identity {code} for {proposal.input_date}",
                before=decided.get((folder.code, proposal.input_date, code), "must file"),
                after=f"exempt: {shown(proposal.reason)}",
            )
            for code in dict.fromkeys(proposal.identity_codes)
        ]
        return Plan("operator", None, _place(folder, proposal.input_date), folder.title, tuple(lines))

    def apply(self, unit: Unit, proposal: Exempt, plan: Plan, now: datetime) -> bool:
        for code in proposal.identity_codes:
            unit.put_exemption((proposal.folder, proposal.input_date, code), proposal.reason)
        return False


def replace_closure(calendar: Calendar, day: date, name: str | None) -> Calendar:
    """The calendar with that day closed, or open again."""
    closures = {other: said for other, said in calendar.decided.closures.items() if other != day}
    return calendar.with_closures(closures | ({day: name} if name is not None else {}))


def _listed(proposal: SetHolidays) -> Mapping[date, str]:
    listed = {one.day: one.name for one in proposal.holidays}
    if len(listed) < len(proposal.holidays):
        raise Refused(NOT_UNDERSTOOD, what="A day stands twice in the list.")
    if other := next((day for day in listed if day.year != proposal.year), None):
        raise Refused(NOT_UNDERSTOOD, what=f"{other} is not in {proposal.year}.")
    return listed


def _consequences(folders: Iterable[FolderRule], before: Calendar, after: Calendar, day: date) -> Iterable[Line]:
    """Which cut-offs move with the day, and for which folders nothing is due."""
    for folder in folders:
        if not folder.obliges or folder.cut_off is None:
            continue
        if folder.period == "day":
            closing = bool(after.closed(day))
            yield Line(
                label=f"{folder.code} for {day}",
                before="due" if closing else "exempt",
                after="exempt" if closing else "due",
            )
        for input_date in _before_it(folder, before, day):
            was, becomes = folder.cut_off_of(input_date, before), folder.cut_off_of(input_date, after)
            if was is not None and becomes is not None and was != becomes:
                yield Line(
                    label=f"{folder.code} cut-off for {input_date}",
                    before=_at(was, before),
                    after=_at(becomes, before),
                )


def _before_it(folder: FolderRule, calendar: Calendar, day: date) -> list[date]:
    """The input dates whose cut-off may fall on that day or behind it."""
    if folder.cut_off is None:
        return []
    if folder.period == "month":
        before = folder.default_input_date(calendar.instant(day, folder.cut_off.at), calendar)
        return [one for one in (before, day) if is_asked_for(folder, one, calendar)]
    return [calendar.shifted(day, -back) for back in range(1, folder.cut_off.trading_days_after + 1)]


def _obliging(rows: Rows, code: str, input_date: date, calendar: Calendar) -> FolderRule:
    """The folder, where something is owed for that date."""
    folder = rows.catalogue().folders.get(code)
    if folder is None or folder.direction != "submission":
        raise Refused(NOT_FOUND)
    if not folder.obliges:
        why = "has no cut-off" if folder.cut_off is None else "has not moved to ECP 2.0"
        raise Refused(NOT_UNDERSTOOD, what=f"{folder.code} {why}.")
    closed = calendar.closed(input_date) if folder.period == "day" else ""
    if closed or not is_asked_for(folder, input_date, calendar):
        why = "is no month's last day" if folder.period == "month" else calendar.why_not(input_date)
        raise Refused(NOT_UNDERSTOOD, what=f"Nothing is due in {folder.code} for {input_date}: {why}.")
    return folder


def _place(folder: FolderRule, input_date: date) -> str:
    return f"{folder.code} {input_date}"


def _at(instant: datetime, calendar: Calendar) -> str:
    return f"{instant.astimezone(calendar.zone):%Y-%m-%d %H:%M}"


def _refuse_unknown(rows: Rows, folder: FolderRule, codes: tuple[str, ...]) -> None:
    known = {one.identity_code for one in rows.filers(folder.user_types)}
    if unknown := [code for code in codes if code not in known]:
        raise Refused(NOT_UNDERSTOOD, what=f"Nobody files in {folder.code} as {', '.join(unknown[:5])}.")


def _operators_alone(company: str | None) -> None:
    if company is not None:
        raise Refused(NOT_FOUND)
