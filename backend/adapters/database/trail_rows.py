"""The audit trail as SQL: entries newest first, within what may be seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, false, or_

from backend.adapters.database import tables
from backend.adapters.database.activity_rows import ROWS, row_of
from backend.adapters.database.enquiry import within
from backend.contract.messages import LogFilter
from backend.core.activity_row import ActivityRow
from backend.core.actor import LogScope

_table, _details = tables.activity, tables.activity_details
_EQUAL: Final = {"act", "login_id", "company", "folder", "channel"}
_WORDS: Final = (
    *(_table.c[name] for name in ("login_id", "subject", "file_name", "act", "company", "folder", "object", "kind")),
    *(_table.c[name] for name in ("identity_code", "submission", "sha256")),
    _details.c.note,
)


class TrailRows:
    _connection: Connection

    def trail(
        self,
        wanted: LogFilter,
        scope: LogScope,
        days: tuple[datetime | None, datetime | None],
        before: int | None,
        limit: int,
        called: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset()),
    ) -> list[ActivityRow]:
        said = wanted.model_dump(include=_EQUAL | {"subject", "text"}, exclude_none=True)
        if "\0" in "".join(said.values()):
            return []  # no text kept holds one, and PostgreSQL takes none
        conditions: list[ColumnElement[bool]] = [*_in_scope(scope), *within(self._connection, days)]
        conditions += [_table.c[name] == said[name] for name in _EQUAL & said.keys()]
        if wanted.subject is not None:
            conditions.append(or_(_table.c.subject == wanted.subject, _table.c.file_name == wanted.subject))
        if wanted.text is not None:
            found_in = [column.icontains(wanted.text, autoescape=True) for column in _WORDS]
            conditions.append(or_(*found_in, _table.c.act.in_(called[0]), _table.c.kind.in_(called[1])))
        if before is not None:
            conditions.append(_table.c.log_index < before)
        found = self._connection.execute(ROWS.where(*conditions).order_by(_table.c.log_index.desc()).limit(limit))
        return [row_of(row) for row in found]


def _in_scope(scope: LogScope) -> list[ColumnElement[bool]]:
    if scope.everything:
        return []
    if scope.company is None:
        return [false()]  # of nobody's entries nobody is the owner
    own: list[Any] = []
    if scope.login_id is not None:
        own = [or_(_table.c.login_id == scope.login_id, _table.c.subject == scope.login_id)]
    return [and_(_table.c.company == scope.company, *own)]
