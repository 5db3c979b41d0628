"""Mails about deadlines: a reminder to those who may file, and to operators who is missing once a cut-off is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from backend.core.accounts import Account
from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.client_connect.mails import Mailer
from backend.core.deadline_lines import lines_of
from backend.core.gate import CHANNELS, identities_in
from backend.core.owed import LOOKED_BACK, Owed, days_of
from backend.core.ports import Clock, Store
from backend.core.rows import Rows, Unit

TOLD_FOR: Final = timedelta(hours=12)
"""How long after a cut-off operators are still told: after a longer standstill nobody waits for it any more."""
_NAMED: Final = 40


@dataclass(frozen=True, slots=True)
class _Deadline:
    """One cut-off of a folder and an input date; some identities may have another."""

    folder: FolderRule
    input_date: date
    cut_off: datetime


class DeadlineMails:
    """Run by the platform's tick, in every process: a unit that queues a mail notes the cut-off it is about."""

    def __init__(self, store: Store, clock: Clock, calendar: Calendar, mailer: Mailer) -> None:
        self._store = store
        self._clock = clock
        self._calendar = calendar
        self._mailer = mailer
        self._done: set[tuple[str, str, date, datetime]] = set()
        """What this process has seen to: the database is not asked again."""

    def tell(self) -> int:
        """Returns how many mails were queued."""
        now = self._clock.now()
        with self._store.reading() as rows:
            pending = list(self._pending(rows, now))
        queued = 0
        for kind, deadline in pending:
            queued += self._missing(deadline, now) if kind == "cut-off" else self._remind(deadline, now)
            self._done.add((kind, deadline.folder.code, deadline.input_date, deadline.cut_off))
        self._done = {one for one in self._done if one[-1] > now - 2 * TOLD_FOR}
        return queued

    def _pending(self, rows: Rows, now: datetime) -> Iterator[tuple[str, _Deadline]]:
        calendar = self._calendar.with_(rows.decided())
        for folder in rows.catalogue().folders.values():
            for day in days_of(folder, calendar, now, LOOKED_BACK) if folder.obliges else ():
                for cut_off in folder.cut_offs_of(day, calendar):
                    kind = "reminder" if now <= cut_off else "cut-off"
                    if _timely(folder, cut_off, now) and (kind, folder.code, day, cut_off) not in self._done:
                        yield kind, _Deadline(folder, day, cut_off)

    # ── before it ────────────────────────────────────────────────────────────────────────────────────────────

    def _remind(self, deadline: _Deadline, now: datetime) -> int:
        """Company by company, so that no unit is long."""
        with self._store.reading() as rows:
            told = rows.told("reminder", deadline.folder.code, deadline.input_date)
            due: dict[str, list[str]] = {}
            for one in self._standing(rows, deadline, now):
                at = told.get(one.filer.identity_code)
                if one.state == "due" and (at is None or at < deadline.cut_off):
                    due.setdefault(one.filer.company, []).append(one.filer.identity_code)
            filing = {company: _filing(rows, company, deadline.folder, codes) for company, codes in due.items()}
        return sum(self._remind_company(deadline, filing[company], codes, now) for company, codes in due.items())

    def _remind_company(
        self, deadline: _Deadline, filing: Sequence[tuple[Account, frozenset[str]]], due: Sequence[str], now: datetime
    ) -> int:
        """Their mails; whoever was told meanwhile, or has filed, is left out."""
        folder, day = deadline.folder.code, deadline.input_date

        def unit(unit: Unit) -> int:
            filed = {row.identity_code for row in unit.received([folder], due, [day])}
            codes = {
                code
                for code in due
                if code not in filed and unit.tell("reminder", (folder, day, code), deadline.cut_off)
            }
            told = [(account, sorted(codes & theirs)) for account, theirs in filing if codes & theirs]
            mails = [(account, self._due(deadline, these)) for account, these in told]
            self._mailer.notices(unit, mails, f"{folder} is due", now)
            return len(told)

        return self._store.write(unit)

    def _due(self, deadline: _Deadline, codes: Sequence[str]) -> str:
        return (
            f"{deadline.folder.code} {deadline.folder.title} for {deadline.input_date} has not been filed yet for "
            f"{_listed(codes)}. The cut-off is {self._at(deadline.cut_off)}. "
            "Submit it in the console, place 3, or by SFTP; Home shows what is due."
        )

    # ── after it ─────────────────────────────────────────────────────────────────────────────────────────────

    def _missing(self, deadline: _Deadline, now: datetime) -> int:
        """One mail to each operator, if anybody is missing."""

        def unit(unit: Unit) -> int:
            if not unit.tell("cut-off", (deadline.folder.code, deadline.input_date, ""), deadline.cut_off):
                return 0
            standing = list(self._standing(unit, deadline, now))
            missing = [one for one in standing if one.state == "missing"]
            if not missing:
                return 0
            names = [f"{one.filer.identity_code} {one.filer.name}" for one in missing]
            words = (
                f"The cut-off of {deadline.folder.code} for {deadline.input_date} was {self._at(deadline.cut_off)}. "
                f"{len(missing)} of {len(standing)} have not filed: {_listed(names)}. "
                "Board in the console has all of them; a pair of operators can extend the cut-off there."
            )
            operators = [one for one in unit.accounts_of(None) if (one.kind, one.state) == ("operator", "active")]
            subject = f"{deadline.folder.code}: who has not filed by the cut-off"
            self._mailer.notices(unit, [(one, words) for one in operators], subject, now)
            return len(operators)

        return self._store.write(unit)

    def _standing(self, rows: Rows, deadline: _Deadline, now: datetime) -> Iterator[Owed]:
        """Those whose cut-off it is."""
        calendar = self._calendar.with_(rows.decided())
        for line, standing in lines_of(rows, calendar, now, folder=deadline.folder.code, days=[deadline.input_date]):
            found = (line.owed(filer, filing, now) for filer, filing in standing)
            yield from (one for one in found if one.cut_off == deadline.cut_off)

    def _at(self, instant: datetime) -> str:
        return f"{instant.astimezone(self._calendar.zone):%d %b %Y %H:%M} ({self._calendar.zone.key})"


def _timely(folder: FolderRule, cut_off: datetime, now: datetime) -> bool:
    """Whether a reminder is due now, or operators wait for what became of it."""
    before = timedelta(minutes=folder.cut_off.remind if folder.cut_off else 0)
    return timedelta() < cut_off - now <= before or timedelta() < now - cut_off <= TOLD_FOR


def _filing(rows: Rows, company: str, folder: FolderRule, due: Iterable[str]) -> list[tuple[Account, frozenset[str]]]:
    """Who of a company may file there, each with the identity codes it is about."""
    catalogue, identities = rows.catalogue(), rows.identities(company)
    found = [
        (account, frozenset(due) & _codes(Actor(account, identities, "console", "-"), catalogue, folder))
        for account in rows.accounts_of(company)
        if account.state == "active"
    ]
    return [(account, theirs) for account, theirs in found if theirs]


def _codes(actor: Actor, catalogue: Catalogue, folder: FolderRule) -> frozenset[str]:
    """The identities it may file for, on whichever channel."""
    reached = (identities_in(replace(actor, channel=channel), catalogue, folder) for channel in CHANNELS)
    return frozenset(identity.code for some in reached for identity in some)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
