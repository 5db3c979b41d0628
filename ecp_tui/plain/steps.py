"""Progress in accessible mode: a line at each quarter, and one whenever the line has to be waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ecp_tui import wording
from ecp_tui.moving import Moving

_QUARTERS: Final = 4
_WORTH_SAYING: Final = 8 << 20
"""Bytes below which a file is read sooner than a line about it is heard."""


class Steps:
    """25, 50, 75 and 100 %, each said once, however fast or often it is heard."""

    def __init__(self, say: Callable[[str], None], doing: str) -> None:
        self._say, self._doing = say, doing
        self._said = 0
        self._waits = False

    def heard(self, done: int, whole: int) -> None:
        quarter = _QUARTERS * done // whole if whole else _QUARTERS
        if quarter > self._said:
            self._said = quarter
            self._say(f"{self._doing}: {100 * quarter // _QUARTERS} %, {wording.part(done, whole)}.")

    def moved(self, moving: Moving) -> None:
        """Of an upload or a download."""
        waits = moving.running and moving.retry_at is not None
        if waits and not self._waits:
            self._say(f"{self._doing}: {moving.progress}.")
        self._waits = waits
        if not waits and (moving.pace.done or moving.done):
            self.heard(moving.pace.done, moving.pace.size)


def reading(say: Callable[[str], None], size: int) -> Callable[[int], None] | None:
    """Of a file that is read here; nothing for one that takes no time."""
    if size < _WORTH_SAYING:
        return None
    steps = Steps(say, "Reading the file")
    return lambda read: steps.heard(read, size)
