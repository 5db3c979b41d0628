"""Publications and their fetches, submissions and their collection, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, select, update

from backend.adapters.database import tables
from backend.adapters.database.activity_rows import ROWS, row_of
from backend.adapters.database.enquiry import ACT_IS, CURRENT, IS_FILE, NOT_ACCEPTED, PUBLISHED, within
from backend.core.activity_row import ActivityRow
from backend.core.outgoing import Place

_table = tables.activity
_WITHDRAWN: Final = (IS_FILE, NOT_ACCEPTED, ACT_IS["withdrawn"])
_AT_ONCE: Final = 400
"""Values in one question."""
_LATEST: Final = ROWS.order_by(_table.c.log_index.desc()).limit(1)
# What every download asks: built once, so that only the values change.
_NAMED: Final = _LATEST.where(
    *PUBLISHED,
    _table.c.folder == bindparam("in_folder"),
    _table.c.identity_code == bindparam("identity"),
    _table.c.file_name == bindparam("name"),
)
_HANDED_OUT: Final = {
    act: select(_table.c.at)
    .join(tables.activity_details)
    .where(
        ACT_IS[act],
        _table.c.login_id == bindparam("login"),
        _table.c.subject == bindparam("of"),
        _table.c.channel == bindparam("by"),
        tables.activity_details.c.source == bindparam("address"),
        tables.activity_details.c.note.is_not_distinct_from(bindparam("why")),
        IS_FILE,
    )
    .order_by(_table.c.log_index.desc())
    .limit(1)
    for act in ("fetched", "collected")
}


class OutgoingRows:
    _connection: Connection

    def publication_named(self, place: Place, file_name: str) -> ActivityRow | None:
        named = {"in_folder": place[0], "identity": place[1], "name": file_name}
        found = self._connection.execute(_NAMED, named).one_or_none()
        return row_of(found) if found else None

    def publications(
        self, places: Sequence[Place], since: datetime | None, before: int | None, limit: int
    ) -> list[ActivityRow]:
        return self._paged(PUBLISHED, places, since, before, limit)

    def withdrawals(
        self, places: Sequence[Place], since: datetime | None, before: int | None, limit: int
    ) -> list[ActivityRow]:
        return self._paged(_WITHDRAWN, places, since, before, limit)

    def fetched(self, login_id: str, publications: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for start in range(0, len(publications), _AT_ONCE):
            some = [str(one) for one in publications[start : start + _AT_ONCE]]
            mine = (IS_FILE, ACT_IS["fetched"], _table.c.login_id == login_id, _table.c.subject.in_(some))
            found |= {int(one) for one in self._connection.scalars(select(_table.c.subject).where(*mine).distinct())}
        return found

    def last_handed_out(
        self, act: str, login_id: str, subject: int, channel: str, source: str, note: str | None
    ) -> datetime | None:
        theirs = {"login": login_id, "of": str(subject), "by": channel, "address": source, "why": note}
        return self._connection.scalars(_HANDED_OUT[act], theirs).one_or_none()

    def submitters(self, folder: str) -> list[str]:
        stands = select(_table.c.identity_code).where(_table.c.folder == folder, *CURRENT).distinct()
        return sorted(self._connection.scalars(stands))

    def submitted_dates(self, folder: str, identity_code: str) -> list[date]:
        stands = select(_table.c.input_date).where(*_in((folder, identity_code)), *CURRENT).distinct()
        return sorted(self._connection.scalars(stands))

    def _paged(
        self,
        acts: Sequence[ColumnElement[bool]],
        places: Sequence[Place],
        since: datetime | None,
        before: int | None,
        limit: int,
    ) -> list[ActivityRow]:
        """Asks folder by folder: each is a stretch of an index, and no two of them are crossed."""
        conditions = [*acts, *within(self._connection, (since, None))]
        if before is not None:
            conditions.append(_table.c.log_index < before)
        found: list[ActivityRow] = []
        for folder in dict.fromkeys(folder for folder, _ in places):
            codes = [code for named, code in places if named == folder]
            there = _table.c.folder == folder, _table.c.identity_code.in_(codes)
            found += self._newest([*conditions, *there], limit)
        return sorted(found, key=lambda row: row.log_index, reverse=True)[:limit]

    def _newest(self, conditions: Sequence[ColumnElement[bool]], limit: int) -> list[ActivityRow]:
        wanted = ROWS.where(*conditions).order_by(_table.c.log_index.desc()).limit(limit)
        return [row_of(row) for row in self._connection.execute(wanted)]


class OutgoingUnit:
    _connection: Connection

    def mark_collected(self, log_index: int, by: int) -> None:
        first = (_table.c.log_index == log_index, _table.c.collected.is_(None))
        self._connection.execute(update(_table).where(*first).values(collected=by))


def _in(place: Place) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return _table.c.folder == place[0], _table.c.identity_code == place[1]
