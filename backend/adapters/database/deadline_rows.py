"""Deadlines in the database: trading days, moved cut-offs, exemptions, who must file and what they filed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, and_, delete, func, insert, select, update

from backend.adapters.database import tables
from backend.adapters.database.catalogue_rows import CatalogueCache
from backend.adapters.database.enquiry import CURRENT
from backend.core.calendar import Deadline, Decided, Extension
from backend.core.deadlines import Filer, Filing, FilingMark, Notice

_table, _notices = tables.activity, tables.notices
_PLACE: Final = ("folder", "input_date", "identity_code")
_FACTS: Final = ("folder", "identity_code", "input_date", "file_name", "log_index")
_FILINGS: Final = select(*(_table.c[name] for name in (*_FACTS, "received_start", "at", "supersedes")))


class DeadlineRows:
    _connection: Connection
    _cache: CatalogueCache

    def catalogue_revision(self) -> int:
        raise NotImplementedError  # the rows that this is mixed with have it

    def first_received(self, log_indexes: Sequence[int]) -> dict[int, tuple[datetime, datetime]]:
        raise NotImplementedError  # the rows that this is mixed with have it

    def decided(self) -> Decided:
        revision = self.catalogue_revision()
        held = self._cache.decided
        if held is None or held[0] != revision:
            held = revision, self._read_decided()
            self._cache.decided = held
        return held[1]

    def _read_decided(self) -> Decided:
        days: dict[str, dict[date, str]] = {"holiday": {}, "closure": {}}
        for row in self._connection.execute(select(tables.closed_days).order_by(tables.closed_days.c.day)):
            days[row.kind][row.day] = row.name
        extensions: dict[tuple[str, date], dict[str, Extension]] = {}
        for row in self._connection.execute(select(tables.extensions)):
            extensions.setdefault((row.folder, row.input_date), {})[row.identity_code] = Extension(
                row.until, row.reason
            )
        exemptions = self._connection.execute(select(tables.exemptions))
        return Decided(
            days["holiday"],
            days["closure"],
            extensions,
            {(row.folder, row.input_date, row.identity_code): row.reason for row in exemptions},
        )

    def filers(self, user_types: Sequence[str]) -> list[Filer]:
        identities, companies = tables.identities, tables.companies
        facts: list[Column[Any]] = [identities.c[name] for name in ("code", "name", "user_type")]
        facts += [companies.c.code, companies.c.name, identities.c.added]
        held = select(*facts).join(companies, companies.c.code == identities.c.company)
        wanted = (
            identities.c.user_type.in_(user_types),
            identities.c.removed.is_(None),
            companies.c.state == "active",
        )
        return [Filer(*row) for row in self._connection.execute(held.where(*wanted).order_by(identities.c.code))]

    def began(self) -> datetime | None:
        at: datetime | None = self._connection.scalar(select(_table.c.at).where(_table.c.log_index == 0))
        return at

    def filings(
        self, folders: Sequence[str], input_dates: Sequence[date], identity_codes: Sequence[str] | None = None
    ) -> list[Filing]:
        stands = [_table.c.folder.in_(folders), _table.c.input_date.in_(input_dates), *CURRENT]
        if identity_codes is not None:
            stands.append(_table.c.identity_code.in_(identity_codes))
        found = self._connection.execute(_FILINGS.where(*stands)).all()
        corrected = [row.log_index for row in found if row.supersedes is not None]
        firsts = self.first_received(corrected) if corrected else {}
        return [
            Filing._make((*facts, *((start or at, at) if before is None else firsts[facts[-1]])))
            for *facts, start, at, before in found
        ]

    def filing_marks(self, folders: Sequence[str], input_dates: Sequence[date]) -> dict[tuple[str, date], FilingMark]:
        stands = (_table.c.folder.in_(folders), _table.c.input_date.in_(input_dates), *CURRENT)
        line = (_table.c.folder, _table.c.input_date)
        counted = select(*line, func.count(), func.max(_table.c.log_index)).where(*stands).group_by(*line)
        return {(folder, day): (count, last) for folder, day, count, last in self._connection.execute(counted)}

    def told(self, kind: Notice, folder: str, input_date: date) -> dict[str, datetime]:
        there = (_notices.c.kind == kind, _notices.c.folder == folder, _notices.c.input_date == input_date)
        found = self._connection.execute(select(_notices.c.identity_code, _notices.c.at).where(*there))
        return {code: at for code, at in found}


class DeadlineUnit:
    _connection: Connection

    def bump_catalogue_revision(self) -> None:
        raise NotImplementedError  # the rows that this is mixed with have it

    def put_holidays(self, year: int, holidays: Mapping[date, str]) -> None:
        days = tables.closed_days
        within = days.c.day.between(date(year, 1, 1), date(year, 12, 31))
        self._connection.execute(delete(days).where(days.c.kind == "holiday", within))
        if holidays:
            rows = [{"day": day, "kind": "holiday", "name": name} for day, name in holidays.items()]
            self._connection.execute(insert(days), rows)
        self.bump_catalogue_revision()

    def put_closure(self, day: date, name: str | None) -> None:
        days = tables.closed_days
        self._connection.execute(delete(days).where(days.c.kind == "closure", days.c.day == day))
        if name is not None:
            self._connection.execute(insert(days).values(day=day, kind="closure", name=name))
        self.bump_catalogue_revision()

    def put_extension(self, deadline: Deadline, until: datetime, reason: str) -> None:
        self._put(tables.extensions, deadline, {"until": until, "reason": reason})

    def put_exemption(self, deadline: Deadline, reason: str) -> None:
        self._put(tables.exemptions, deadline, {"reason": reason})

    def tell(self, kind: Notice, deadline: Deadline, cut_off: datetime) -> bool:
        facts = {"kind": kind, **dict(zip(_PLACE, deadline, strict=True))}
        here = and_(*(_notices.c[name] == value for name, value in facts.items()))
        later = update(_notices).where(here, _notices.c.at < cut_off).values(at=cut_off)
        if self._connection.execute(later).rowcount == 1:
            return True
        if self._connection.execute(select(_notices.c.at).where(here)).one_or_none() is not None:
            return False
        self._connection.execute(insert(_notices).values(**facts, at=cut_off))
        return True

    def _put(self, table: Table, deadline: Deadline, values: Mapping[str, Any]) -> None:
        place = dict(zip(_PLACE, deadline, strict=True))
        here = and_(*(table.c[name] == value for name, value in place.items()))
        if self._connection.execute(update(table).where(here).values(**values)).rowcount == 0:
            self._connection.execute(insert(table).values(**place, **values))
        self.bump_catalogue_revision()
