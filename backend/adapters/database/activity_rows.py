"""The ledger in the database: appended by units, paged by keyset, searched by index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.database import tables
from backend.adapters.database.enquiry import CURRENT, IS_FILE, IS_REFUSED, Days, in_scope, walk_of, within
from backend.contract.messages import ActivityFilter
from backend.core.activity_row import ActivityRow
from backend.core.actor import Scope
from backend.core.ledger import Head

_MOST_FILES: Final = 1000
_table, _details = tables.activity, tables.activity_details
_FIELDS: Final = tuple(field.name for field in fields(ActivityRow))
_COLUMNS: Final = tuple(name for name in _FIELDS if name in _table.c)
_SHOWN: Final = tuple(_table.c[name] if name in _table.c else _details.c[name] for name in _FIELDS)
_THEIRS: Final = _details.c.log_index == _table.c.log_index
_ROWS: Final = select(*_SHOWN).outerjoin(_details)


class ActivityRows:
    _connection: Connection

    def head(self) -> Head:
        row = self._connection.execute(select(tables.log_head.c.size, tables.log_head.c.frontier)).one()
        return Head.unpacked(row.size, row.frontier)

    def activity(self, log_index: int) -> ActivityRow | None:
        return self._first(_table.c.log_index == log_index)

    def activities(
        self, wanted: ActivityFilter, scope: Scope, days: Days, before: int | None, limit: int
    ) -> list[ActivityRow]:
        walk = walk_of(self._connection, wanted, scope, days)
        page = select(*_SHOWN).select_from(walk.source.outerjoin(_details, _THEIRS)).where(*walk.conditions)
        if before is not None:
            page = page.where(walk.place < before)
        return [_row(row) for row in self._connection.execute(page.order_by(walk.place.desc()).limit(limit)).all()]

    def count_activities(self, wanted: ActivityFilter, scope: Scope, days: Days, most: int) -> int:
        walk = walk_of(self._connection, wanted, scope, days)
        some = select(walk.place).select_from(walk.source).where(*walk.conditions).limit(most)
        return int(self._connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())

    def outcome(self, login_id: str, submission: str) -> ActivityRow | None:
        return self._first(_table.c.login_id == login_id, _table.c.submission == submission)

    def current(self, folder: str, identity_code: str, input_date: date, file_name: str) -> ActivityRow | None:
        return self._first(
            _table.c.folder == folder,
            _table.c.identity_code == identity_code,
            _table.c.input_date == input_date,
            _table.c.file_name == file_name,
            *CURRENT,
        )

    def received(
        self, folders: Sequence[str], identity_codes: Sequence[str], input_dates: Sequence[date]
    ) -> list[ActivityRow]:
        wanted = _ROWS.where(
            _table.c.folder.in_(folders),
            _table.c.identity_code.in_(identity_codes),
            _table.c.input_date.in_(input_dates),
            *CURRENT,
        )
        return [_row(row) for row in self._connection.execute(wanted.order_by(_table.c.log_index))]

    def open_refusals(self, scope: Scope, since: datetime, limit: int) -> list[ActivityRow]:
        later = _table.alias("later")
        same_name = and_(
            later.c.company == _table.c.company,
            later.c.folder == _table.c.folder,
            later.c.file_name == _table.c.file_name,
            later.c.log_index > _table.c.log_index,
        )
        conditions = [*in_scope(scope), IS_FILE, IS_REFUSED, *within(self._connection, (since, None))]
        conditions.append(~exists(select(literal_column("1")).select_from(later).where(same_name)))
        wanted = _ROWS.where(*conditions).order_by(_table.c.log_index.desc()).limit(limit)
        return [_row(row) for row in self._connection.execute(wanted)]

    def refusals_of(self, login_id: str, folder: str, since: datetime) -> int:
        conditions = (
            _table.c.login_id == login_id,
            _table.c.folder == folder,
            _table.c.at > since,
            IS_REFUSED,
        )
        return int(self._connection.execute(select(func.count()).select_from(_table).where(*conditions)).scalar_one())

    def folder_figures(self, company: str, since: datetime) -> dict[str, tuple[int, datetime]]:
        mine = (_table.c.company == company, IS_FILE, *CURRENT, *within(self._connection, (since, None)))
        grouped = select(_table.c.folder, func.count(), func.max(_table.c.at)).where(*mine).group_by(_table.c.folder)
        return {folder: (min(count, _MOST_FILES), at) for folder, count, at in self._connection.execute(grouped)}

    def known_objects(self, keys: Sequence[str]) -> set[str]:
        return set(self._connection.scalars(select(_table.c.object_key).where(_table.c.object_key.in_(keys))))

    def _first(self, *conditions: ColumnElement[bool]) -> ActivityRow | None:
        row = self._connection.execute(_ROWS.where(*conditions)).one_or_none()
        return None if row is None else _row(row)


class ActivityUnit:
    _connection: Connection

    def append(self, row: ActivityRow, head: Head) -> None:
        self._connection.execute(insert(_table).values({name: getattr(row, name) for name in _COLUMNS}))
        if row.source is not None or row.fault_values:
            values = {"log_index": row.log_index, "source": row.source, "fault_values": dict(row.fault_values) or None}
            self._connection.execute(insert(_details).values(values))
        if row.file_name is not None and self._connection.dialect.name == "sqlite":
            name = {"log_index": row.log_index, "file_name": row.file_name}
            self._connection.execute(
                sql("INSERT INTO activity_names(rowid, file_name) VALUES (:log_index, :file_name)"), name
            )
        moved = (
            update(tables.log_head)
            .where(tables.log_head.c.size == row.log_index)
            .values(size=head.size, frontier=head.packed(), set_back=self._set_back(row.at))
        )
        if self._connection.execute(moved).rowcount != 1:
            raise RuntimeError("the log moved under its writer")

    def _set_back(self, at: datetime) -> ColumnElement[int]:
        """The most milliseconds that any instant, `at` the latest of them, lies before an earlier row's."""
        most = func.greatest if self._connection.dialect.name == "postgresql" else func.max
        latest = select(func.max(_table.c.at)).scalar_subquery()
        return most(tables.log_head.c.set_back, latest - literal(at, tables.Instant))

    def supersede(self, log_index: int, by: int) -> None:
        current = and_(_table.c.log_index == log_index, _table.c.superseded_by.is_(None))
        if self._connection.execute(update(_table).where(current).values(superseded_by=by)).rowcount != 1:
            raise RuntimeError("the current version was superseded under its writer")

    def count_refusal(self, login_id: str, folder: str) -> None:
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        counts = tables.refusal_counts
        first = dialect.insert(counts).values(login_id=login_id, folder=folder, count=1)
        again = first.on_conflict_do_update(
            index_elements=[counts.c.login_id, counts.c.folder], set_={"count": counts.c.count + 1}
        )
        self._connection.execute(again)

    def take_refusal_count(self, login_id: str, folder: str) -> int:
        counts = tables.refusal_counts
        mine = and_(counts.c.login_id == login_id, counts.c.folder == folder)
        return int(
            self._connection.execute(delete(counts).where(mine).returning(counts.c.count)).scalar_one_or_none() or 0
        )


def _row(row: Row[Any]) -> ActivityRow:
    """A row of `_SHOWN`, whose columns come in the order of the fields."""
    *facts, fault_values = row
    return ActivityRow(*facts, fault_values or {})
