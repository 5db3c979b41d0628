"""The one writer: units of work queue up, up to 16 share a transaction and its fsync, each in its own savepoint."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from sqlite3 import SQLITE_FULL
from threading import Lock, Thread
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from backend.adapters.database.engine import WRITING
from backend.adapters.database.tables import log_head
from backend.contract.faults import GOING_DOWN, NO_ROOM, Refused
from backend.core.figures import WRITER_SECONDS, Tally

LARGEST_GROUP: Final = 16
UNREACHABLE: Final = (InterfaceError, OperationalError, PoolTimeout)
"""What says that the database, not the question, is what fails."""
_DISK_FULL: Final = "53100"
_log = structlog.get_logger(__name__)
T = TypeVar("T")
Work = Callable[[Connection], object]


@dataclass(frozen=True, slots=True)
class _Job:
    work: Work
    answer: Future[Any]


class Writer:
    """A thread with a queue. Units leave nothing outside the database: one may run again if its group failed.

    None runs again once COMMIT was sent: what failed then may stand all the same.
    """

    def __init__(self, engine: Engine, tally: Tally) -> None:
        self._tally = tally
        self._engine = engine.execution_options(**{WRITING: True})
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._closing = False
        self._lock = Lock()
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    def write(self, work: Callable[[Connection], T | Refused]) -> T:
        """Runs `work` in the writer and returns once it is durable; a `Refused` it returned is raised then."""
        job = _Job(work, Future())
        with self._lock:
            if self._closing:
                raise Refused(GOING_DOWN)
            self._queue.put(job)
        result = job.answer.result()
        if isinstance(result, Refused):
            raise result
        return result  # type: ignore[no-any-return]  # the future carries what `work` returned

    def close(self) -> None:
        """Finishes what is queued, then ends."""
        with self._lock:
            self._closing = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (jobs := self._next()) is not None:
            try:
                self._group(jobs)
            except _CommitFailed as failed:
                for job in jobs:
                    job.answer.set_exception(_in_words(failed.error))
            except (DBAPIError, PoolTimeout):
                for job in jobs:
                    self._alone(job)
            except BaseException as error:
                for job in jobs:
                    job.answer.set_exception(error)

    def _next(self) -> list[_Job] | None:
        first = self._queue.get()
        if first is None:
            return None
        jobs = [first]
        while len(jobs) < LARGEST_GROUP:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                self._queue.put(None)
                break
            jobs.append(job)
        return jobs

    def _alone(self, job: _Job) -> None:
        try:
            self._group([job])
        except _CommitFailed as failed:
            job.answer.set_exception(_in_words(failed.error))
        except BaseException as error:
            job.answer.set_exception(_in_words(error))

    def _group(self, jobs: list[_Job]) -> None:
        outcomes: list[object] = []
        began = time.monotonic()
        with self._engine.connect() as connection, connection.begin() as transaction:
            if connection.dialect.name != "sqlite":
                connection.execute(select(log_head.c.id).with_for_update())
            for job in jobs:
                outcomes.append(self._unit(connection, job.work, alone=len(jobs) == 1))
            try:
                transaction.commit()
            except DBAPIError as error:
                connection.invalidate(error)
                raise _CommitFailed(error) from error
        self._tally.time(WRITER_SECONDS, time.monotonic() - began)
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, _Failed):
                job.answer.set_exception(outcome.error)
            else:
                job.answer.set_result(outcome)

    def _unit(self, connection: Connection, work: Work, *, alone: bool) -> object:
        """What the unit returns; what it raises undoes it alone, except a database error, which undoes the group."""
        if alone:
            return work(connection)
        connection.exec_driver_sql("SAVEPOINT unit")
        try:
            outcome = work(connection)
        except DBAPIError:
            raise
        except Exception as error:
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT unit")
            return _Failed(error)
        connection.exec_driver_sql("RELEASE SAVEPOINT unit")
        return outcome


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


class _CommitFailed(Exception):
    """COMMIT failed, or its answer was lost."""

    def __init__(self, error: DBAPIError) -> None:
        super().__init__(str(error))
        self.error = error


def _in_words(error: BaseException) -> BaseException:
    """A full disk is a refusal, since nothing was committed; so is a database out of reach, committed or not."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    full = (
        code == SQLITE_FULL
        or getattr(cause, "sqlstate", "") == _DISK_FULL
        or getattr(cause, "errno", 0) == errno.ENOSPC
    )
    if full:
        _log.error("no room for the database")
        return Refused(NO_ROOM)
    return unreachable(error) if isinstance(error, UNREACHABLE) else error


def unreachable(error: BaseException) -> Refused:
    """9003, with the reason in the log."""
    _log.error("the database cannot be reached", error=str(error))
    return Refused(GOING_DOWN)
