"""Files on the line, whichever way they go: how far each is, how it is cancelled, and who hears of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

from backend.contract.faults import Refused
from backend.contract.rules.shown import shown
from ecp_tui import wording
from ecp_tui.pace import Pace

BACKOFF: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
AT_ONCE: Final = 3


class Moving:
    """One file on its way. Its kind says what its states are, and which of them are not the end."""

    pace: Pace
    state: Any
    fault: Refused | None
    retry_at: float | None
    """When the next attempt begins, on the monotonic clock."""
    _task: asyncio.Task[None] | None

    @property
    def name(self) -> str:
        raise NotImplementedError

    @property
    def running(self) -> bool:
        raise NotImplementedError

    @property
    def done(self) -> bool:
        """Whether it is where it was to go."""
        raise NotImplementedError

    @property
    def progress(self) -> str:
        """43 %, 2.1 MB/s, 12 s left; or what it waits for; or how it ended."""
        if self.state == "retrying":
            again = f"again in {wording.eta(self.retry_at - time.monotonic() + 1)}" if self.retry_at else "trying now"
            return f"waiting for the line{self._kept_words}, {again}"
        if self.state in ("sending", "fetching"):
            return self.pace.words
        if self.state == "confirming":
            return "all sent, waiting for the receipt"
        return f"{self.fault.number} {self.fault.title}" if self.fault else str(self.state)

    @property
    def brief(self) -> str:
        """The same where there is less room."""
        return f"waiting{self._kept_words}" if self.state == "retrying" else self.progress

    @property
    def words(self) -> str:
        return f"{shown(self.name, 60)}: {self.progress}"

    @property
    def _kept_words(self) -> str:
        return f", {wording.part(self.pace.done, self.pace.size)} kept" if self.pace.done else ""

    def pause(self, seconds: float) -> None:
        """Until the next attempt."""
        self.state, self.retry_at = "retrying", time.monotonic() + seconds

    def cancel(self) -> None:
        if self.running and self._task is not None:
            self._task.cancel()

    async def wait(self) -> None:
        """Until it has ended, one way or another."""
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await asyncio.shield(self._task)


MovingT = TypeVar("MovingT", bound=Moving)


class AllMoving(Generic[MovingT]):
    """All of one kind in this session; a listener hears of each that moved."""

    def __init__(self, at_once: int) -> None:
        self.items: list[MovingT] = []
        self._places = asyncio.Semaphore(at_once)
        self._listeners: list[Callable[[MovingT], None]] = []

    @property
    def running(self) -> list[MovingT]:
        return [one for one in self.items if one.running]

    def listen(self, listener: Callable[[MovingT], None]) -> Callable[[], None]:
        """Calls `listener` whenever one moves; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def retry(self, moving: MovingT) -> None:
        """Tries again what has failed or was cancelled, from where it got to."""
        if not moving.running and not moving.done:
            moving.state, moving.fault = "waiting", None
            self._run(moving)

    def forget(self) -> None:
        """Cancels what is running, and knows nothing any more."""
        for one in self.running:
            one.cancel()
        self.items.clear()

    async def close(self) -> None:
        """Cancels what is running, and waits until it has left nothing behind."""
        for one in self.running:
            one.cancel()
        for one in self.items:
            await one.wait()

    async def _deliver(self, moving: MovingT, before: asyncio.Task[None] | None) -> None:
        """What is done for one; `before` is what was done for it until it was to be tried again."""
        raise NotImplementedError

    def _run(self, moving: MovingT) -> None:
        moving._task = asyncio.create_task(self._deliver(moving, moving._task))
        moving._task.add_done_callback(lambda _: self._ended(moving))
        self._tell(moving)

    def _ended(self, moving: MovingT) -> None:
        if moving.running:  # cancelled, perhaps before its first step
            moving.state = "cancelled"
        self._tell(moving)

    def _tell(self, moving: MovingT) -> None:
        for listener in list(self._listeners):
            listener(moving)
