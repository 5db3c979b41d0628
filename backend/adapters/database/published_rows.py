"""What is published to many, in the database: editions, whom they stand for, and who may fetch them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final, TypeVar

from sqlalchemy import Connection, Select, String, and_, case, cast, exists, func, insert, or_, select, update

from backend.adapters.database import tables
from backend.adapters.database.activity_rows import ROWS, row_of
from backend.adapters.database.enquiry import ACT_IS, IS_FILE, NOT_ACCEPTED, PUBLISHED, within
from backend.core.activity_row import ActivityRow
from backend.core.published import Counted, Holder

T = TypeVar("T")
_table, _addressed = tables.activity, tables.addressed
_AT_ONCE: Final = 400
"""Values in one question."""
_OTHERS: Final = _table.alias("others")
_STANDS: Final = or_(
    _table.c.superseded_by.is_(None),
    exists().where(_OTHERS.c.bytes_of == _table.c.log_index, _OTHERS.c.superseded_by.is_(None)),
)
"""Of the first row of an edition: whether it stands for anybody."""
_FIRST: Final = (ACT_IS["published"], _table.c.bytes_of.is_(None), _STANDS)


class PublishedRows:
    _connection: Connection

    def published_under(
        self, folder: str, identity_codes: Sequence[str], file_name: str, input_date: date | None = None
    ) -> list[ActivityRow]:
        named = [*PUBLISHED, _table.c.folder == folder, _table.c.file_name == file_name]
        if input_date is not None:
            named.append(_table.c.input_date == input_date)
        found: list[ActivityRow] = []
        for some in _some(identity_codes):
            theirs = ROWS.where(*named, _table.c.identity_code.in_(some)).order_by(_table.c.identity_code)
            found += [row_of(row) for row in self._connection.execute(theirs)]
        return found

    def withdrawn_versions(
        self, folder: str, identity_codes: Sequence[str], input_date: date, file_name: str
    ) -> dict[str, int]:
        under = (_table.c.folder == folder, _table.c.input_date == input_date, _table.c.file_name == file_name)
        latest = select(_table.c.identity_code, func.max(_table.c.version)).where(
            IS_FILE, NOT_ACCEPTED, ACT_IS["withdrawn"], *under
        )
        found: dict[str, int] = {}
        for some in _some(identity_codes):
            theirs = latest.where(_table.c.identity_code.in_(some)).group_by(_table.c.identity_code)
            found |= {code: version or 0 for code, version in self._connection.execute(theirs)}
        return found

    def edition(self, number: int) -> list[ActivityRow]:
        first = and_(_table.c.log_index == number, _table.c.bytes_of.is_(None))
        mine = or_(first, _table.c.bytes_of == number)
        found = self._connection.execute(ROWS.where(*PUBLISHED, mine).order_by(_table.c.identity_code))
        return [row_of(row) for row in found]

    def editions(self, folder: str | None, since: datetime, before: int | None, limit: int) -> list[ActivityRow]:
        wanted = [IS_FILE, NOT_ACCEPTED, *_FIRST, *within(self._connection, (since, None))]
        if folder is not None:
            wanted.append(_table.c.folder == folder)
        if before is not None:
            wanted.append(_table.c.log_index < before)
        newest = ROWS.where(*wanted).order_by(_table.c.log_index.desc()).limit(limit)
        return [row_of(row) for row in self._connection.execute(newest)]

    def counted(self, editions: Sequence[int]) -> dict[int, Counted]:
        number = func.coalesce(_table.c.bytes_of, _table.c.log_index)
        fetches = _table.alias("fetches")
        fetched = exists().where(
            fetches.c.subject == cast(_table.c.log_index, String),
            fetches.c.act == ACT_IS["fetched"].right,
            fetches.c.file_name.is_not(None),
        )
        found: dict[int, Counted] = {}
        for some in _some(editions):
            mine = or_(_table.c.log_index.in_(some), _table.c.bytes_of.in_(some))
            counts = func.count(), func.sum(case((fetched, 1), else_=0))
            grouped = select(number, *counts).where(*PUBLISHED, mine).group_by(number)
            found |= {row[0]: Counted(row[1], int(row[2])) for row in self._connection.execute(grouped)}
        return found

    def first_fetches(self, publications: Sequence[int]) -> dict[int, ActivityRow]:
        found: dict[int, ActivityRow] = {}
        for some in _some(publications):
            theirs = (IS_FILE, ACT_IS["fetched"], _table.c.subject.in_([str(one) for one in some]))
            first = select(func.min(_table.c.log_index)).where(*theirs).group_by(_table.c.subject)
            rows = map(row_of, self._connection.execute(ROWS.where(_table.c.log_index.in_(first))))
            found |= {int(row.subject or 0): row for row in rows}
        return found

    def names_of(self, identity_codes: Sequence[str]) -> dict[str, str]:
        identities, found = tables.identities, dict[str, str]()
        for some in _some(identity_codes):
            named = select(identities.c.code, identities.c.name).where(identities.c.code.in_(some))
            found |= {code: name for code, name in self._connection.execute(named)}
        return found

    def addressed(self, folder: str, to: str, since: datetime, before: int | None, limit: int) -> list[ActivityRow]:
        wanted = [*_FIRST, _table.c.log_index.in_(_numbers(folder, to)), *within(self._connection, (since, None))]
        if before is not None:
            wanted.append(_table.c.log_index < before)
        newest = ROWS.where(*wanted).order_by(_table.c.log_index.desc()).limit(limit)
        return [row_of(row) for row in self._connection.execute(newest)]

    def addressed_name(self, folder: str, to: str, file_name: str) -> ActivityRow | None:
        numbers = _numbers(folder, to).where(_addressed.c.file_name == file_name)
        row = self._connection.execute(ROWS.where(*_FIRST, _table.c.log_index.in_(numbers))).one_or_none()
        return None if row is None else row_of(row)

    def audiences(self, editions: Sequence[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for some in _some(editions):
            said = select(_addressed.c.edition, _addressed.c.to).where(_addressed.c.edition.in_(some))
            for number, to in self._connection.execute(said.order_by(_addressed.c.to)):
                found.setdefault(number, []).append(to)
        return found

    def function_holders(self, functions: Sequence[str], identity_codes: Sequence[str]) -> list[Holder]:
        accounts, grants = tables.accounts, tables.grants
        columns = (accounts.c.id, accounts.c.name, accounts.c.email, grants.c.function, grants.c.identity_code)
        held = select(*columns, accounts.c.sftp_folders).join(grants, grants.c.account_id == accounts.c.id)
        found: list[Holder] = []
        for some in _some(identity_codes):
            theirs = (accounts.c.state == "active", grants.c.function.in_(functions), grants.c.identity_code.in_(some))
            rows = self._connection.execute(held.where(*theirs).order_by(accounts.c.id, grants.c.identity_code))
            found += [Holder(*row[:-1], None if row[-1] is None else tuple(row[-1])) for row in rows]
        return found


class PublishedUnit:
    _connection: Connection

    def address(self, folder: str, to: str, file_name: str, edition: int) -> None:
        there = {"folder": folder, "to": to, "file_name": file_name}
        here = and_(*(_addressed.c[name] == value for name, value in there.items()))
        if self._connection.execute(update(_addressed).where(here).values(edition=edition)).rowcount == 0:
            self._connection.execute(insert(_addressed).values(**there, edition=edition))


def _numbers(folder: str, to: str) -> Select[tuple[int]]:
    return select(_addressed.c.edition).where(_addressed.c.folder == folder, _addressed.c.to == to)


def _some(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
