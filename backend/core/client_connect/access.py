"""Taking access away, and noticing it: the epoch that every process watches."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Final

import structlog

from backend.contract.faults import NOT_ALLOWED, NOT_FOUND, Refused
from backend.contract.messages import Side
from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.client_connect.standing import as_of_now
from backend.core.gate import may_suspend
from backend.core.ports import Clock, Store
from backend.core.rows import Unit

POLL_SECONDS: Final = 0.25
BLIND_AFTER: Final = 5.0
"""Seconds, by a clock that nobody sets."""
_log = structlog.get_logger(__name__)


class Access:
    """Suspension: one person, at once; it stops sessions and connections everywhere."""

    def __init__(self, store: Store, clock: Clock, ledger: Ledger) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger

    def suspend(self, actor: Actor, login_id: str, reason: str = "") -> None:
        """Suspends an account; an operator takes its company's suspension over as well.

        2001 if it is not the actor's to see, 2002 if the role does not allow it.
        """

        def unit(unit: Unit) -> None:
            now, now_actor = self._clock.now(), as_of_now(unit, actor)
            if not may_suspend(now_actor):
                raise Refused(NOT_ALLOWED, what="Suspending is for administrators and operators.")
            subject = unit.account(login_id)
            if subject is None or (actor.company is not None and subject.company != actor.company):
                raise Refused(NOT_FOUND)
            by: Side = "company" if actor.company is not None else "operator"
            if not unit.suspend(subject.id, by, now):
                raise Refused(NOT_FOUND)
            unit.bump_access_epoch()
            self._ledger.record(
                unit,
                "suspended",
                now,
                actor.channel,
                company=subject.company,
                login_id=actor.login_id,
                subject=subject.login_id,
                source=actor.source,
                note=reason or None,
            )

        self._store.write(unit)


class AccessWatch:
    """Polls the access epoch; tells its listeners when it moved, and whether the database can be read at all."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._listeners: set[Callable[[], None]] = set()
        self._lock = Lock()
        self._stop = Event()
        self._epoch: int | None = None
        self._read = clock()
        self._thread = Thread(target=self._run, name="access-watch", daemon=True)

    @property
    def taking(self) -> bool:
        """False once the database could not be read for 5 seconds: then nothing new is accepted."""
        return self._clock() - self._read < BLIND_AFTER or self._look()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener`, in the watching thread, whenever rights were taken away; returns how to stop that."""
        with self._lock:
            self._listeners.add(listener)

        def stop() -> None:
            with self._lock:
                self._listeners.discard(listener)

        return stop

    def start(self) -> None:
        """Looks once before it returns, so that no change from now on goes unnoticed."""
        self._look()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            self._look()

    def _look(self) -> bool:
        try:
            with self._store.reading() as rows:
                epoch = rows.access_epoch()
        except Exception as error:  # whatever the database says, it could not be read
            _log.warning("access epoch not readable", error=type(error).__name__)
            return False
        self._read = self._clock()
        moved, self._epoch = self._epoch not in {None, epoch}, epoch
        if moved:
            self._tell()
        return True

    def _tell(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener()
            except Exception as error:  # one door's bug must not blind the others
                _log.error("access listener failed", exc_info=error)
