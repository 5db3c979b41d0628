"""Files that came to one folder, in the database, as a new rule for it is tried on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select

from backend.adapters.database import tables
from backend.adapters.database.enquiry import CURRENT, IS_FILE, IS_REFUSED, NOT_ACCEPTED, PUBLISHED, within
from backend.core.trials import PastFile

_table = tables.activity
_identities = tables.identities
_STANDING: Final = (CURRENT, PUBLISHED)
_REFUSED: Final = (IS_FILE, NOT_ACCEPTED, IS_REFUSED)
_ENDED: Final = (_table.c.ended.is_not(None),)
_COLUMNS: Final = (
    *(_table.c[name] for name in ("file_name", "identity_code", "input_date", "at", "received_start", "size")),
    _identities.c.user_type,
    _table.c.fault,
)


class PastRows:
    _connection: Connection

    def holds_files(self, folder: str) -> bool:
        asked = (self._asked(_table.c.log_index, folder, kind).limit(1) for kind in (*_STANDING, _ENDED))
        return any(self._connection.scalar(question) is not None for question in asked)

    def past_files(self, folder: str, since: datetime, most: int) -> list[PastFile]:
        days = within(self._connection, (since, None))
        found = [one for kind in (*_STANDING, _REFUSED) for one in self._past(folder, (*kind, *days), most)]
        return sorted(found, key=lambda one: one.at, reverse=True)[:most]

    def _past(self, folder: str, conditions: Iterable[ColumnElement[bool]], most: int) -> list[PastFile]:
        """One a name, identity and input date."""
        named = _table.outerjoin(_identities, _identities.c.code == _table.c.identity_code)
        newest = select(*_COLUMNS).select_from(named).where(_table.c.folder == folder, *conditions)
        found = self._connection.execute(newest.order_by(_table.c.log_index.desc()).limit(most))
        files: dict[tuple[Any, ...], PastFile] = {}
        for row in found:
            if row.input_date is not None:
                files.setdefault(tuple(row)[:3], PastFile(*row))
        return list(files.values())

    def _asked(self, column: ColumnElement[int], folder: str, kind: Iterable[ColumnElement[bool]]) -> Any:
        return select(column).where(_table.c.folder == folder, *kind)
