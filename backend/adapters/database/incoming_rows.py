"""Files that came in, in the database: what stands to be collected, and what was done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, literal_column, or_, select, update

from backend.adapters.database import tables
from backend.adapters.database.activity_rows import ROWS, row_of
from backend.adapters.database.enquiry import ACT_IS, CURRENT, IS_ENDED, IS_FILE, in_scope, within
from backend.core.activity_row import COUNTER_RECEIPTS, ActivityRow
from backend.core.actor import Scope
from backend.core.incoming import Stretch

_table = tables.activity
_KEY: Final = ("folder", "identity_code", "input_date", "file_name")
_MOST_DONE: Final = 100
_NEWEST: Final = (_table.c.collected.desc(), _table.c.log_index.desc())
"""The very order of the index, although one of both is the same in a stretch: PostgreSQL does not see that."""
_BY_KEY: Final = tuple(_table.c[name] == bindparam(f"of_{name}") for name in _KEY)
_BEFORE: Final = ROWS.where(
    _table.c.log_index
    == func.coalesce(
        select(_table.c.log_index).where(*_BY_KEY, *CURRENT).correlate(None).scalar_subquery(),
        select(func.max(_table.c.log_index))
        .where(*_BY_KEY, _table.c.ended.is_not(None))
        .correlate(None)
        .scalar_subquery(),
    )
)
"""Asked at every submission: built once, so that only the values change."""


class IncomingRows:
    _connection: Connection

    def stretch(self, wanted: Stretch, before: int | None, limit: int) -> list[ActivityRow]:
        place = _table.c.collected if wanted.collected else _table.c.log_index
        conditions = _in(wanted)
        if before is not None:
            conditions.append(place < before)
        newest = ROWS.where(*conditions).order_by(*_NEWEST).limit(limit)
        return [row_of(row) for row in self._connection.execute(newest)]

    def count_stretch(self, wanted: Stretch, most: int) -> int:
        some = select(_table.c.log_index).where(*_in(wanted)).order_by(*_NEWEST).limit(most)
        return int(self._connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())

    def entries_at(self, log_indexes: Sequence[int]) -> dict[int, ActivityRow]:
        if not log_indexes:
            return {}
        found = map(row_of, self._connection.execute(ROWS.where(_table.c.log_index.in_(log_indexes))))
        return {row.log_index: row for row in found}

    def counter_receipts(self, log_index: int) -> list[ActivityRow]:
        done = (IS_FILE, _table.c.subject == str(log_index), or_(*(ACT_IS[act] for act in COUNTER_RECEIPTS)))
        newest = ROWS.where(*done).order_by(_table.c.log_index.desc()).limit(_MOST_DONE)
        return [row_of(row) for row in self._connection.execute(newest)]

    def version_before(self, folder: str, identity_code: str, input_date: date, file_name: str) -> ActivityRow | None:
        key = {"folder": folder, "identity_code": identity_code, "input_date": input_date, "file_name": file_name}
        row = self._connection.execute(_BEFORE, {f"of_{name}": value for name, value in key.items()}).one_or_none()
        return None if row is None else row_of(row)

    def ends_unfollowed(self, scope: Scope, since: datetime, limit: int) -> list[ActivityRow]:
        stands = _table.alias("stands")
        followed = and_(
            *(stands.c[name] == _table.c[name] for name in _KEY[:3]),
            or_(stands.c.file_name == _table.c.file_name, stands.c.log_index > _table.c.log_index),
            stands.c.act == literal_column("'accepted'"),
            stands.c.superseded_by.is_(None),
        )
        conditions = [*in_scope(scope), IS_FILE, IS_ENDED, or_(ACT_IS["withdrawn"], ACT_IS["returned"])]
        conditions += within(self._connection, (since, None))
        conditions.append(~exists(select(literal_column("1")).select_from(stands).where(followed)))
        newest = ROWS.where(*conditions).order_by(_table.c.log_index.desc()).limit(limit)
        return [row_of(row) for row in self._connection.execute(newest)]


class IncomingUnit:
    _connection: Connection

    def collect_again(self, log_index: int, why: str) -> None:
        collected = (_table.c.log_index == log_index, *CURRENT, _table.c.collected.is_not(None))
        if self._connection.execute(update(_table).where(*collected).values(collected=None, again=why)).rowcount != 1:
            raise RuntimeError("what is to be collected again had not been collected")


def _in(wanted: Stretch) -> list[ColumnElement[Any]]:
    conditions: list[ColumnElement[Any]] = [*CURRENT, _table.c.folder == wanted.folder]
    conditions.append(_table.c.collected.is_not(None) if wanted.collected else _table.c.collected.is_(None))
    if wanted.identity_code is not None:
        conditions.append(_table.c.identity_code == wanted.identity_code)
    if wanted.input_date is not None:
        conditions.append(_table.c.input_date == wanted.input_date)
    if wanted.again:
        conditions.append(_table.c.again.is_not(None))
    return conditions
