"""The store: rows to read, units to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine

from backend.adapters.database.account_rows import AccountUnit
from backend.adapters.database.activity_rows import ActivityRows, ActivityUnit
from backend.adapters.database.catalogue_rows import CatalogueCache, CatalogueRows, CatalogueUnit
from backend.adapters.database.code_rows import CodeRows, CodeUnit
from backend.adapters.database.deadline_rows import DeadlineRows, DeadlineUnit
from backend.adapters.database.engine import reading_options
from backend.adapters.database.erasure_rows import ErasureRows, ErasureUnit
from backend.adapters.database.figure_rows import FigureRows
from backend.adapters.database.finding_rows import FindingRows, FindingUnit
from backend.adapters.database.form_rows import FormRows, FormUnit
from backend.adapters.database.incoming_rows import IncomingRows, IncomingUnit
from backend.adapters.database.key_rows import KeyRows, KeyUnit
from backend.adapters.database.log_rows import LogRows, LogUnit
from backend.adapters.database.migration_rows import MigrationRows, MigrationUnit
from backend.adapters.database.outgoing_rows import OutgoingRows, OutgoingUnit
from backend.adapters.database.past_rows import PastRows
from backend.adapters.database.people_rows import PeopleRows, PeopleUnit
from backend.adapters.database.profile_rows import ProfileRows, ProfileUnit
from backend.adapters.database.published_rows import PublishedRows, PublishedUnit
from backend.adapters.database.refusal_rows import RefusalRows, RefusalUnit
from backend.adapters.database.request_rows import RequestRows, RequestUnit
from backend.adapters.database.session_rows import SessionRows, SessionUnit
from backend.adapters.database.sign_in_rows import SignInUnit
from backend.adapters.database.trail_rows import TrailRows
from backend.adapters.database.writer import UNREACHABLE, Writer, unreachable
from backend.contract.faults import Refused
from backend.core.figures import Figure, Measure, Tally
from backend.core.rows import Rows, Unit

_QUEUE: Final = Measure("ecp_writer_queue", "Units of work that wait for the writer.")
T = TypeVar("T")


class _Rows(
    ActivityRows,
    LogRows,
    RefusalRows,
    TrailRows,
    OutgoingRows,
    PublishedRows,
    IncomingRows,
    MigrationRows,
    FindingRows,
    CatalogueRows,
    PastRows,
    PeopleRows,
    ErasureRows,
    RequestRows,
    CodeRows,
    KeyRows,
    SessionRows,
    ProfileRows,
    FormRows,
    FigureRows,
    DeadlineRows,
):
    """All that can be read, on one connection."""

    def __init__(self, connection: Connection, cache: CatalogueCache) -> None:
        self._connection = connection
        self._cache = cache


class _Unit(
    _Rows,
    AccountUnit,
    CatalogueUnit,
    MigrationUnit,
    ActivityUnit,
    LogUnit,
    RefusalUnit,
    OutgoingUnit,
    PublishedUnit,
    IncomingUnit,
    FindingUnit,
    SignInUnit,
    PeopleUnit,
    ErasureUnit,
    RequestUnit,
    CodeUnit,
    KeyUnit,
    SessionUnit,
    ProfileUnit,
    FormUnit,
    DeadlineUnit,
):
    """All that can be written, on the writer's connection."""


class DatabaseStore:
    """Meets the `Store` port on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, tally: Tally | None = None) -> None:
        self.engine = engine
        self._reading = engine.execution_options(**reading_options(engine))
        self._cache = CatalogueCache()
        self._writer = Writer(engine, tally or Tally())

    def write(self, work: Callable[[Unit], T | Refused]) -> T:
        return self._writer.write(lambda connection: work(_Unit(connection, self._cache.aside())))

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        try:
            with self._reading.connect() as connection, connection.begin():
                yield _Rows(connection, self._cache)
        except UNREACHABLE as error:
            raise unreachable(error) from error

    def figures(self) -> Iterator[Figure]:
        yield Figure.of(_QUEUE, self._writer.waiting)

    def close(self) -> None:
        self._writer.close()
        self.engine.dispose()
