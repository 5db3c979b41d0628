"""What a platform does by itself, again and again, in one thread of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Final

import structlog

from backend.core.figures import Tally
from backend.core.ports import Clock
from backend.logs import under_reference

PERIOD: Final = 0.5
"""Seconds."""
_log = structlog.get_logger(__name__)


class Background:
    """Runs its jobs in a row, each so often; one that fails is told of and tried again."""

    def __init__(self, jobs: Mapping[str, tuple[float, Callable[[], object]]], tally: Tally, clock: Clock) -> None:
        """By name: every how many seconds, and what."""
        self._jobs = jobs
        self._tally = tally
        self._clock = clock
        self._due = dict.fromkeys(jobs, 0.0)
        self._stop = Event()
        self._thread = Thread(target=self._run, name="background", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(PERIOD):
            for name, (seconds, job) in self._jobs.items():
                if time.monotonic() >= self._due[name]:
                    self._due[name] = time.monotonic() + seconds
                    self._do(name, job)

    def _do(self, name: str, job: Callable[[], object]) -> None:
        with under_reference():
            try:
                job()
                self._tally.done(name, self._clock.now())
            except Exception as error:  # whatever ails the database now, it is asked again
                _log.warning("a job in the background failed", job=name, error=type(error).__name__)
