"""Refusals in the database: those that nothing has followed, and those that are only counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    cast,
    delete,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.database import tables
from backend.adapters.database.activity_rows import ROWS, row_of
from backend.adapters.database.enquiry import IS_FILE, IS_REFUSED, in_scope, within
from backend.core.activity_row import ActivityRow
from backend.core.actor import Scope

_table = tables.activity
_SAID_OF_A_FILE: Final[tuple[ColumnElement[Any], ...]] = (literal_column("'accepted'"), literal_column("'refused'"))


class RefusalRows:
    _connection: Connection

    def open_refusals(self, scope: Scope, since: datetime, limit: int) -> list[ActivityRow]:
        later, stood, again = _table.alias("later"), _table.alias("stood"), _table.alias("again")
        same_name = and_(
            later.c.company == _table.c.company,
            later.c.folder == _table.c.folder,
            later.c.file_name == _table.c.file_name,
            later.c.log_index > _table.c.log_index,
            later.c.act.in_(_SAID_OF_A_FILE),
        )
        standing = and_(
            *(stood.c[name] == _table.c[name] for name in ("folder", "identity_code", "input_date", "file_name")),
            stood.c.act == literal_column("'accepted'"),
            stood.c.superseded_by.is_(None),
        )
        of_it = and_(
            again.c.act == literal_column("'repeated'"),
            again.c.subject == cast(stood.c.log_index, String),
            again.c.log_index > _table.c.log_index,
        )
        conditions = [*in_scope(scope), IS_FILE, IS_REFUSED, *within(self._connection, (since, None))]
        conditions.append(~exists(select(literal_column("1")).select_from(later).where(same_name)))
        conditions.append(~exists(select(literal_column("1")).select_from(stood.join(again, of_it)).where(standing)))
        wanted = ROWS.where(*conditions).order_by(_table.c.log_index.desc()).limit(limit)
        return [row_of(row) for row in self._connection.execute(wanted)]

    def refusals_of(self, login_id: str, folder: str, since: datetime) -> int:
        conditions = (
            _table.c.login_id == login_id,
            _table.c.folder == folder,
            _table.c.at > since,
            IS_REFUSED,
        )
        return int(self._connection.execute(select(func.count()).select_from(_table).where(*conditions)).scalar_one())


class RefusalUnit:
    _connection: Connection

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
