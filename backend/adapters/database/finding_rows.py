"""What was found in submissions, and what was said of it, in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, update

from backend.adapters.database import tables
from backend.adapters.database.activity_rows import ROWS, row_of
from backend.adapters.database.enquiry import ACT_IS, CURRENT, IS_FILE, in_scope, within
from backend.core.activity_row import ActivityRow
from backend.core.actor import Scope

_MOST: Final = 100
_table, _details = tables.activity, tables.activity_details


class FindingRows:
    _connection: Connection

    def explanations(self, log_index: int) -> list[ActivityRow]:
        said = (IS_FILE, _table.c.subject == str(log_index), ACT_IS["explained"])
        newest = ROWS.where(*said).order_by(_table.c.log_index.desc()).limit(_MOST)
        return [row_of(row) for row in self._connection.execute(newest)]

    def unexplained(self, scope: Scope, since: datetime, limit: int) -> list[ActivityRow]:
        stands = (*CURRENT, _table.c.unexplained.is_not(None), *in_scope(scope))
        found = ROWS.where(*stands, *within(self._connection, (since, None)))
        newest = self._connection.execute(found.order_by(_table.c.log_index.desc()).limit(limit))
        return [row_of(row) for row in newest]


class FindingUnit:
    _connection: Connection

    def explain(self, log_index: int, words: str) -> None:
        stands = (_table.c.log_index == log_index, *CURRENT)
        if self._connection.execute(update(_table).where(*stands).values(unexplained=None)).rowcount != 1:
            raise RuntimeError("what is explained does not stand")
        said = update(_details).where(_details.c.log_index == log_index, _details.c.findings.is_not(None))
        if self._connection.execute(said.values(explanation=words)).rowcount != 1:
            raise RuntimeError("nothing was found in what is explained")
