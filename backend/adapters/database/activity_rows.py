"""The ledger in the database: appended by units, paged by keyset, searched by index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql

from backend.adapters.database import tables
from backend.adapters.database.enquiry import (
    ACT_IS,
    CURRENT,
    IS_ACCEPTED,
    IS_FILE,
    IS_REPEATED,
    Days,
    walk_of,
    within,
)
from backend.contract.messages import ActivityFilter
from backend.contract.rules.expectations import Unexpected
from backend.contract.rules.merkle import Head, Node
from backend.core.accounts import Account
from backend.core.activity_row import ActivityRow
from backend.core.actor import Scope
from backend.core.client_connect.ports.requests import NOT_OF_ACCOUNTS
from backend.core.log import LOWEST_KEPT

_MOST_FILES: Final = 1000
_table, _details = tables.activity, tables.activity_details
_FIELDS: Final = tuple(field.name for field in fields(ActivityRow))
_COLUMNS: Final = tuple(name for name in _FIELDS if name in _table.c)
_owner: Final = _table.alias("owner")
_OWNED: Final = select(_owner.c.object_key).where(_owner.c.log_index == _table.c.bytes_of).correlate(_table)
_keys: Final = tables.signing_keys
_SIGNER: Final = select(_keys.c.public_key).where(_keys.c.id == _table.c.signed_by).correlate(_table)
_MADE: Final = {
    "object_key": func.coalesce(_table.c.object_key, _OWNED.scalar_subquery()).label("object_key"),
    "signer": _SIGNER.scalar_subquery().label("signer"),
}
"""Wherever bytes are looked up, those of a publication to many are found by each of its rows."""


def _shown(name: str) -> ColumnElement[Any]:
    if name in _MADE:
        return _MADE[name]
    return _table.c[name] if name in _table.c else _details.c[name]


_SHOWN: Final = tuple(map(_shown, _FIELDS))
_THEIRS: Final = _details.c.log_index == _table.c.log_index
ROWS: Final = select(*_SHOWN).outerjoin(_details)
# What every submission asks and says: built once, so that only the values change.
_HEAD: Final = select(tables.log_head.c.size, tables.log_head.c.frontier)
_ONE: Final = ROWS.where(_table.c.log_index == bindparam("place"))
_FROM: Final = ROWS.where(_table.c.log_index >= bindparam("place")).order_by(_table.c.log_index)
_OUTCOME: Final = ROWS.where(_table.c.login_id == bindparam("login"), _table.c.submission == bindparam("submitted"))
_STANDING: Final = ROWS.where(
    _table.c.folder == bindparam("in_folder"),
    _table.c.identity_code == bindparam("identity"),
    _table.c.input_date == bindparam("day"),
    _table.c.file_name == bindparam("name"),
    *CURRENT,
)
_ADD: Final = insert(_table)
_ADD_DETAILS: Final = insert(_details)
_ADD_NODE: Final = insert(tables.log_nodes)
_ADD_NAME: Final = sql("INSERT INTO activity_names(rowid, file_name) VALUES (:log_index, :file_name)")
_SUPERSEDE: Final = (
    update(_table)
    .where(_table.c.log_index == bindparam("place"), _table.c.superseded_by.is_(None))
    .values(superseded_by=bindparam("later"), ended=bindparam("how"))
)


def _move(most: Any) -> Update:
    """Moves the head; `set_back` is the most milliseconds that any row's instant lies before an earlier row's."""
    head = tables.log_head
    behind = select(func.max(_table.c.at)).scalar_subquery() - bindparam("at", type_=tables.Instant)
    moved = {"size": bindparam("to"), "frontier": bindparam("over"), "set_back": most(head.c.set_back, behind)}
    return update(head).where(head.c.size == bindparam("place")).values(moved)


_MOVE: Final = {"sqlite": _move(func.max), "postgresql": _move(func.greatest)}


class ActivityRows:
    _connection: Connection

    def head(self) -> Head:
        row = self._connection.execute(_HEAD).one()
        return Head.unpacked(row.size, row.frontier)

    def activity(self, log_index: int) -> ActivityRow | None:
        return self._first(_ONE, place=log_index)

    def entries(self, start: int, limit: int) -> list[ActivityRow]:
        found = self._connection.execute(_FROM.limit(limit), {"place": start}).all()
        return [row_of(row) for row in found]

    def activities(
        self, wanted: ActivityFilter, scope: Scope, days: Days, before: int | None, limit: int
    ) -> list[ActivityRow]:
        walk = walk_of(self._connection, wanted, scope, days)
        page = select(*_SHOWN).select_from(walk.source.outerjoin(_details, _THEIRS)).where(*walk.conditions)
        if before is not None:
            page = page.where(walk.place < before)
        return [row_of(row) for row in self._connection.execute(page.order_by(walk.place.desc()).limit(limit)).all()]

    def count_activities(self, wanted: ActivityFilter, scope: Scope, days: Days, most: int) -> int:
        walk = walk_of(self._connection, wanted, scope, days)
        some = select(walk.place).select_from(walk.source).where(*walk.conditions).limit(most)
        return int(self._connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())

    def outcome(self, login_id: str, submission: str) -> ActivityRow | None:
        return self._first(_OUTCOME, login=login_id, submitted=submission)

    def current(self, folder: str, identity_code: str, input_date: date, file_name: str) -> ActivityRow | None:
        return self._first(_STANDING, in_folder=folder, identity=identity_code, day=input_date, name=file_name)

    def received(
        self, folders: Sequence[str], identity_codes: Sequence[str], input_dates: Sequence[date]
    ) -> list[ActivityRow]:
        wanted = ROWS.where(
            _table.c.folder.in_(folders),
            _table.c.identity_code.in_(identity_codes),
            _table.c.input_date.in_(input_dates),
            *CURRENT,
        )
        return [row_of(row) for row in self._connection.execute(wanted.order_by(_table.c.log_index))]

    def first_received(self, log_indexes: Sequence[int]) -> dict[int, tuple[datetime, datetime]]:
        told = (_table.c.supersedes, _table.c.received_start, _table.c.at)
        current = select(_table.c.log_index.label("current"), *told)
        chain = current.where(_table.c.log_index.in_(log_indexes)).cte("chain", recursive=True)
        before = select(chain.c.current, *told)
        versions = chain.union_all(before.join_from(chain, _table, _table.c.log_index == chain.c.supersedes))
        instants = func.min(versions.c.received_start), func.min(versions.c.at)
        first = select(versions.c.current, *instants).group_by(versions.c.current)
        return {log_index: (start or at, at) for log_index, start, at in self._connection.execute(first)}

    def repeated(self, log_indexes: Sequence[int]) -> dict[int, int]:
        mine = (IS_REPEATED, _table.c.subject.in_([str(log_index) for log_index in log_indexes]))
        latest = select(_table.c.subject, func.max(_table.c.log_index)).where(*mine).group_by(_table.c.subject)
        return {int(subject): log_index for subject, log_index in self._connection.execute(latest)}

    def acts_of(self, account: Account, before: int | None, limit: int) -> list[ActivityRow]:
        company = _table.c.company.is_not_distinct_from(account.company)
        about = or_(_table.c.kind.is_(None), _table.c.kind.not_in(NOT_OF_ACCOUNTS))
        theirs = or_(_table.c.login_id == account.login_id, and_(_table.c.subject == account.login_id, company, about))
        if account.kind == "da":
            theirs = or_(theirs, and_(_table.c.subject == account.company, _table.c.kind == "apply-form"))
        wanted = [theirs, _table.c.file_name.is_(None)]
        if before is not None:
            wanted.append(_table.c.log_index < before)
        found = self._connection.execute(ROWS.where(*wanted).order_by(_table.c.log_index.desc()).limit(limit))
        return [row_of(row) for row in found]

    def folder_figures(self, company: str, since: datetime) -> dict[str, tuple[int, datetime]]:
        stands = (IS_FILE, or_(IS_ACCEPTED, ACT_IS["published"]), _table.c.superseded_by.is_(None))
        mine = (_table.c.company == company, *stands, *within(self._connection, (since, None)))
        grouped = select(_table.c.folder, func.count(), func.max(_table.c.at)).where(*mine).group_by(_table.c.folder)
        return {folder: (min(count, _MOST_FILES), at) for folder, count, at in self._connection.execute(grouped)}

    def known_objects(self, keys: Sequence[str]) -> set[str]:
        return set(self._connection.scalars(select(_table.c.object_key).where(_table.c.object_key.in_(keys))))

    def _first(self, question: Select[Any], **values: object) -> ActivityRow | None:
        row = self._connection.execute(question, values).one_or_none()
        return None if row is None else row_of(row)


class ActivityUnit:
    _connection: Connection

    def append(
        self, rows: Sequence[ActivityRow], leaves: Sequence[bytes], completed: Sequence[Node], head: Head
    ) -> None:
        if not rows:
            return
        self._execute(_ADD, [_values_of(row) | {"leaf_hash": leaf} for row, leaf in zip(rows, leaves, strict=True)])
        self._execute(_ADD_NODE, [node._asdict() for node in completed if node.level >= LOWEST_KEPT])
        details = [{"log_index": row.log_index, **_details_of(row)} for row in rows]
        self._execute(_ADD_DETAILS, [one for one in details if sum(value is not None for value in one.values()) > 1])
        if self._connection.dialect.name == "sqlite":
            named = [
                {"log_index": row.log_index, "file_name": row.file_name} for row in rows if row.file_name is not None
            ]
            self._execute(_ADD_NAME, named)
        moved = {"place": rows[0].log_index, "to": head.size, "over": head.packed(), "at": rows[0].at}
        if self._connection.execute(_MOVE[self._connection.dialect.name], moved).rowcount != 1:
            raise RuntimeError("the log moved under its writer")

    def supersede(self, log_index: int, by: int, ended: str | None = None) -> None:
        self.supersede_all({log_index: by}, ended)

    def supersede_all(self, by: Mapping[int, int], ended: str | None = None) -> None:
        moved = [{"place": place, "later": later, "how": ended} for place, later in by.items()]
        if self._execute(_SUPERSEDE, moved) != len(moved):
            raise RuntimeError("the current version was superseded under its writer")

    def _execute(self, statement: Executable, values: list[dict[str, Any]]) -> int:
        """Each of the values by the same statement; how many rows that touched."""
        if not values:
            return 0
        return self._connection.execute(statement, values[0] if len(values) == 1 else values).rowcount


def _values_of(row: ActivityRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return values | {"unexplained": len(row.findings) if row.unexplained else None}


def _details_of(row: ActivityRow) -> dict[str, Any]:
    return {
        "source": row.source,
        "fault_values": dict(row.fault_values) or None,
        "note": row.note,
        "findings": [asdict(one) for one in row.findings] or None,
        "cut_off": row.cut_off,
        "counts": row.counts,
        "personal": dict(row.personal) or None,
    }


def row_of(row: Row[Any]) -> ActivityRow:
    """A row of `_SHOWN`, whose columns come in the order of the fields."""
    facts: list[Any] = list(row)
    facts[-3] = facts[-3] or {}
    facts[-2] = tuple(Unexpected(**one) for one in facts[-2] or ())
    facts[-1] = facts[-1] or {}
    return ActivityRow(*facts)
