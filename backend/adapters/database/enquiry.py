"""Activity Enquiry as SQL: which index is walked, newest first, and what each row on the way must meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, column, false, func, literal_column, or_, select, table
from sqlalchemy import text as sql

from backend.adapters.database import tables
from backend.contract.messages import ActivityFilter
from backend.core.actor import Scope

Days = tuple[datetime | None, datetime | None]
_TRIGRAM: Final = 3
_FEW: Final = 2
"""From so many digits on, a SHA-256 is looked up among all companies'; below, its company's rows are walked."""
_table = tables.activity
_names = table("activity_names", column("rowid"))
# The sign keeps SQLite from turning the walk around: the names lead, in the order of the log.
_BY_NAME: Final = _names.join(_table, sql("activity.log_index = +activity_names.rowid"))
IS_FILE: Final = _table.c.file_name.is_not(None)
# Written out, not bound: only so can an index over these rows alone be chosen beforehand.
IS_ACCEPTED: Final = _table.c.act == literal_column("'accepted'")
IS_REFUSED: Final = _table.c.act == literal_column("'refused'")
IS_REPEATED: Final = _table.c.act == literal_column("'repeated'")
CURRENT: Final = (IS_ACCEPTED, _table.c.superseded_by.is_(None))
_EQUAL: Final = {"folder", "identity_code", "login_id", "channel"}
ACT_IS: Final = {
    act: _table.c.act == literal_column(f"'{act}'")
    for act in ("published", "fetched", "withdrawn", "collected", "replayed", "returned", "explained")
}
PUBLISHED: Final = (ACT_IS["published"], _table.c.superseded_by.is_(None))
IS_COLLECTED: Final = or_(ACT_IS["collected"], _table.c.collected.is_not(None))
IS_ENDED: Final = or_(_table.c.ended.is_not(None), ACT_IS["withdrawn"], ACT_IS["returned"])
"""What was taken out or given back, and the acts that did it."""
NOT_ACCEPTED: Final = _table.c.act != literal_column("'accepted'")
"""Lets the few rows that are no acceptance be found among all companies'."""
_STATES: Final[dict[str, tuple[ColumnElement[bool], ...]]] = {
    "accepted": (*CURRENT, _table.c.collected.is_(None)),
    "superseded": (_table.c.superseded_by.is_not(None), _table.c.ended.is_(None)),
    "collected": (IS_COLLECTED, _table.c.superseded_by.is_(None)),
    "refused": (IS_REFUSED,),
    "published": PUBLISHED,
    "fetched": (ACT_IS["fetched"],),
    "replayed": (ACT_IS["replayed"],),
    "explained": (ACT_IS["explained"],),
    **{
        act: (IS_ENDED, or_(ACT_IS[act], _table.c.ended == literal_column(f"'{act}'")))
        for act in ("withdrawn", "returned")
    },
}
_OF_ALL: Final = frozenset({"refused", "published", "fetched", "replayed", "explained"})
"""States whose rows are looked up by their act where no company narrows the walk."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Rows of `source` that meet the conditions; `place` is their log-index, as the index walked has it."""

    source: FromClause
    place: ColumnElement[int]
    conditions: list[ColumnElement[bool]]


def walk_of(connection: Connection, wanted: ActivityFilter, scope: Scope, days: Days) -> Walk:
    texts = wanted.model_dump(include=_EQUAL, exclude_none=True)
    if "\0" in "".join([*texts.values(), wanted.name or ""]):
        return Walk(_table, _table.c.log_index, [false()])  # no text kept holds one, and PostgreSQL takes none
    conditions = [IS_FILE, *in_scope(scope), *(_table.c[name] == value for name, value in texts.items())]
    if wanted.state is not None:
        conditions += _STATES[wanted.state]
        conditions += [NOT_ACCEPTED] if scope.company is None and wanted.state in _OF_ALL else []
    if wanted.sha256 is not None:
        conditions.append(_hashed(wanted.sha256))
    source: FromClause = _table
    place: ColumnElement[int] = _table.c.log_index
    if wanted.name and connection.dialect.name == "sqlite" and scope.company is None and len(wanted.name) >= _TRIGRAM:
        source, place = _BY_NAME, _names.c.rowid
        quoted = '"' + wanted.name.replace('"', '""') + '"'
        conditions.append(sql("activity_names MATCH :quoted").bindparams(quoted=quoted))
    elif wanted.name:
        conditions.append(_named(connection, wanted.name))
    return Walk(source, place, conditions + within(connection, days, place))


def in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if scope.company is not None:
        conditions.append(_table.c.company == scope.company)
    if scope.folders is not None:
        conditions.append(_table.c.folder.in_(scope.folders))
    return conditions


def within(
    connection: Connection, days: Days, place: ColumnElement[int] = _table.c.log_index
) -> list[ColumnElement[bool]]:
    """What rows of these days meet: their instant, and the stretch of the log that holds them all.

    Instants rise along the log but where the clock was set back, at most by `set_back`: the first row of the days is
    the first in the log of those within `set_back` after the earliest of them, and likewise the last.
    """
    start, end = days
    at, back = _table.c.at, select(tables.log_head.c.set_back).scalar_subquery()
    log_index = _table.c.log_index + 0  # a sum, or PostgreSQL would look for the least by walking the whole log
    bounds: list[ColumnElement[Any]] = []
    conditions: list[ColumnElement[bool]] = []
    if start is not None:
        earliest = select(func.min(at)).where(at >= start).scalar_subquery()
        bounds.append(select(func.min(log_index)).where(at >= earliest, at <= earliest + back).scalar_subquery())
        conditions.append(at >= start)
    if end is not None:
        latest = select(func.max(at)).where(at < end).scalar_subquery()
        bounds.append(select(func.max(log_index)).where(at <= latest, at >= latest - back).scalar_subquery())
        conditions.append(at < end)
    if not bounds:
        return []
    found = connection.execute(select(*bounds)).one()
    if None in found:
        return [false()]
    first = [place >= found[0]] if start is not None else []
    last = [place <= found[-1]] if end is not None else []
    return [*first, *last, *conditions]


def _hashed(prefix: str) -> ColumnElement[bool]:
    sha256 = _table.c.sha256
    begins = (sha256 >= prefix) & (sha256 < prefix + "g")
    if len(prefix) < _FEW:
        return begins
    return _table.c.log_index.in_(select(_table.c.log_index).where(begins))


def _named(connection: Connection, name: str) -> ColumnElement[bool]:
    """Found anywhere in the file name, whatever its case; SQLite's LIKE has none by itself."""
    file_name = _table.c.file_name
    if connection.dialect.name == "sqlite":
        return file_name.contains(name, autoescape=True)
    return file_name.icontains(name, autoescape=True)
