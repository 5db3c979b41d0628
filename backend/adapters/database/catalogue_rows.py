"""The catalogue in the database: imported once, then the truth; parsed once a revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, time
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from backend.adapters.database import tables
from backend.core.calendar import Decided
from backend.core.catalogue import Catalogue, FolderRule, Function
from backend.core.catalogue_text import folder_of, function_of

_NOW: Final = select(*(tables.platform.c[name] for name in ("access_epoch", "catalogue_revision", "next_switch")))


class CatalogueCache:
    """The catalogue of the last revision read, and what was decided of days and cut-offs by then."""

    def __init__(self, held: tuple[int, Catalogue] | None = None, decided: tuple[int, Decided] | None = None) -> None:
        self.held = held
        self.decided = decided

    def aside(self) -> CatalogueCache:
        """One to begin with for a unit: what it reads may never be committed, and its revision come a second time."""
        return CatalogueCache(self.held, self.decided)


class CatalogueRows:
    _connection: Connection
    _cache: CatalogueCache
    _now: tuple[int, int, datetime | None] | None = None
    """Access epoch, catalogue revision, next switch, asked once: nobody else moves them in a snapshot or a unit."""

    def access_epoch(self) -> int:
        return self._platform()[0]

    def catalogue_revision(self) -> int:
        return self._platform()[1]

    def catalogue(self) -> Catalogue:
        revision = self.catalogue_revision()
        held = self._cache.held
        if held is None or held[0] != revision:
            held = revision, self._read()
            self._cache.held = held
        return held[1]

    def next_switch(self) -> datetime | None:
        return self._platform()[2]

    def _platform(self) -> tuple[int, int, datetime | None]:
        if self._now is None:
            epoch, revision, due = self._connection.execute(_NOW).one()
            self._now = int(epoch), int(revision), due
        return self._now

    def _read(self) -> Catalogue:
        types = self._connection.execute(select(tables.user_types).order_by(tables.user_types.c.code))
        functions = self._connection.execute(select(tables.functions).order_by(tables.functions.c.code))
        folders = self._connection.execute(select(tables.folders).order_by(tables.folders.c.position))
        return Catalogue(
            {row.code: row.title for row in types},
            {row.code: function_of(row.code, row.facts) for row in functions},
            {row.code: folder_of(row.code, row.facts) for row in folders},
        )


class CatalogueUnit:
    _connection: Connection
    _now: tuple[int, int, datetime | None] | None

    def put_folder(self, folder: FolderRule) -> None:
        facts = _facts(asdict(folder))
        here = update(tables.folders).where(tables.folders.c.code == folder.code)
        if self._connection.execute(here.values(facts=facts)).rowcount == 0:
            last = select(func.coalesce(func.max(tables.folders.c.position), -1) + 1).scalar_subquery()
            self._connection.execute(insert(tables.folders).values(code=folder.code, position=last, facts=facts))
        self.bump_catalogue_revision()

    def put_function(self, function: Function) -> None:
        facts = _facts(asdict(function))
        here = update(tables.functions).where(tables.functions.c.code == function.code)
        if self._connection.execute(here.values(facts=facts)).rowcount == 0:
            self._connection.execute(insert(tables.functions).values(code=function.code, facts=facts))
        self.bump_catalogue_revision()

    def bump_catalogue_revision(self) -> None:
        revision = tables.platform.c.catalogue_revision
        self._connection.execute(update(tables.platform).values(catalogue_revision=revision + 1))
        self._now = None


def import_catalogue(connection: Connection, catalogue: Catalogue) -> None:
    """Writes the whole catalogue into empty tables and moves the revision."""
    connection.execute(insert(tables.user_types), [{"code": c, "title": t} for c, t in catalogue.user_types.items()])
    connection.execute(
        insert(tables.functions),
        [{"code": one.code, "facts": _facts(asdict(one))} for one in catalogue.functions.values()],
    )
    connection.execute(
        insert(tables.folders),
        [
            {"code": one.code, "position": position, "facts": _facts(asdict(one))}
            for position, one in enumerate(catalogue.folders.values())
        ],
    )
    revision = tables.platform.c.catalogue_revision
    connection.execute(update(tables.platform).values(catalogue_revision=revision + 1))


def _facts(values: Any) -> Any:
    """The same values as `catalogue.toml` would hold them, in what JSON can say."""
    if isinstance(values, Mapping):
        return {name: _facts(value) for name, value in values.items() if name != "code" and value is not None}
    if isinstance(values, tuple):
        return [_facts(value) for value in values]
    if isinstance(values, datetime):
        return values.isoformat()
    return values.isoformat("minutes") if isinstance(values, time) else values
