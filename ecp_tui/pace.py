"""The pace of bytes on the line: how many a second, how long the rest will take, how long nothing has moved."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from ecp_tui import wording

_WINDOW: Final = 5.0
SILENCE: Final = 5.0
"""Seconds without a byte after which rate and time left would be guesses."""


class Pace:
    """Of `size` bytes in all; measured over the last seconds."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.done = 0
        self._marks: deque[tuple[float, int]] = deque(maxlen=64)

    @property
    def begun(self) -> bool:
        """Whether anything has been heard since the attempt began."""
        return bool(self._marks)

    def wait(self) -> None:
        """Another attempt begins; from where, is not known yet."""
        self._marks.clear()

    def begin(self, done: int = 0) -> None:
        """The line is there, and `done` bytes have gone over it before."""
        self.done = done
        self._marks.clear()
        self._marks.append((time.monotonic(), done))

    def heard(self, done: int) -> None:
        now = time.monotonic()
        self.done = done
        self._marks.append((now, done))
        while now - self._marks[0][0] > _WINDOW:
            self._marks.popleft()

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.done / self.size if self.size else 0.0

    @property
    def rate(self) -> float | None:
        """Bytes a second; `None` until there is something to tell."""
        if not self._marks:
            return None
        (begun, before), (now, after) = self._marks[0], self._marks[-1]
        return (after - before) / (now - begun) if now > begun else None

    @property
    def eta(self) -> float | None:
        """Seconds left at the present rate."""
        rate = self.rate
        return (self.size - self.done) / rate if rate else None

    @property
    def words(self) -> str:
        """43 %, 2.1 MB/s, 12 s left; or for how long nothing has come."""
        silent = time.monotonic() - self._marks[-1][0] if self._marks else 0.0
        if silent > SILENCE:
            return f"waiting for the server for {wording.duration(silent)}"
        rate = f", {wording.rate(self.rate)}" if self.rate else ""
        left = f", {wording.eta(self.eta)} left" if self.eta else ""
        return f"{wording.share(self.done, self.size)}{rate}{left}"
