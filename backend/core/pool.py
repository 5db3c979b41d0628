"""A bounded pool: so many at once, so many waiting, and a refusal beyond that."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import BoundedSemaphore
from typing import Final, TypeVar

from backend.contract.faults import GOING_DOWN, TOO_MANY_ATTEMPTS, Refused

SIGN_IN_THREADS: Final = 4
SIGN_IN_QUEUE: Final = 64
T = TypeVar("T")


class BoundedPool:
    """Runs work in its own threads. For sign-in its four threads *are* the limit of argon2 at once."""

    def __init__(self, threads: int = SIGN_IN_THREADS, queue: int = SIGN_IN_QUEUE) -> None:
        self._room = BoundedSemaphore(threads + queue)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="sign-in")

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Raises 1007 where the queue is full, 9003 once the pool is closed."""
        if not self._room.acquire(blocking=False):
            raise Refused(TOO_MANY_ATTEMPTS)
        try:
            future = self._threads.submit(copy_context().run, work)  # so that the log knows whose work it is
        except RuntimeError as error:
            self._room.release()
            raise Refused(GOING_DOWN) from error
        future.add_done_callback(lambda _: self._room.release())
        return future

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
