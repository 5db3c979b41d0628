"""The desk: what connections of one account share. Drafts under temporary names, and names about to be replaced."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from backend.contract.faults import TOO_MANY_HANDLES, Refused
from backend.core.claims import Upload
from backend.doors.ssh.tree import Spot

HIDDEN_FOR: Final = 600.0
DRAFTS_FOR: Final = 3600.0
MOST_DRAFTS: Final = 32

MOST_LISTED: Final = 40_000
"""Entries of open folders that the connections of one account hold together: twenty of the longest."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that arrived whole under a temporary name; `size` in bytes, `until` on the desk's clock."""

    upload: Upload
    size: int
    until: float


class Desk:
    """In memory, of one process, for the event loop alone. An account is named by its login ID."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._drafts: dict[tuple[str, Spot], Draft] = {}
        self._hidden: dict[tuple[str, Spot], float] = {}
        self._listed: Counter[str] = Counter()

    def hold(self, login_id: str, entries: int) -> None:
        """Counts the entries of a folder that was opened; 5005 where they are too many."""
        if self._listed[login_id] + entries > MOST_LISTED:
            raise Refused(TOO_MANY_HANDLES)
        self._listed[login_id] += entries

    def let_go(self, login_id: str, entries: int) -> None:
        self._listed[login_id] -= entries
        if not self._listed[login_id]:
            del self._listed[login_id]

    def park(self, login_id: str, where: Spot, upload: Upload, size: int) -> Draft | None:
        """Keeps a draft; returns the one it replaces. 5005 where there are too many."""
        replaced = self._drafts.pop((login_id, where), None)
        if sum(owner == login_id for owner, _ in self._drafts) >= MOST_DRAFTS:
            raise Refused(TOO_MANY_HANDLES)
        self._drafts[login_id, where] = Draft(upload, size, self._now() + DRAFTS_FOR)
        return replaced

    def draft(self, login_id: str, where: Spot) -> Draft | None:
        return self._drafts.get((login_id, where))

    def drafts_in(self, login_id: str, folder: Spot) -> list[tuple[str, Draft]]:
        """The account's drafts in that folder, by name."""
        return [
            (where.name, draft)
            for (owner, where), draft in self._drafts.items()
            if owner == login_id and replace(where, name="") == folder
        ]

    def take(self, login_id: str, where: Spot) -> Draft | None:
        return self._drafts.pop((login_id, where), None)

    def hide(self, login_id: str, where: Spot) -> None:
        """The account removed this name: it means to submit it again. What was accepted stays accepted."""
        self._hidden = {key: until for key, until in self._hidden.items() if until > self._now()}
        self._hidden[login_id, where] = self._now() + HIDDEN_FOR

    def show(self, login_id: str, where: Spot) -> None:
        self._hidden.pop((login_id, where), None)

    def hidden(self, login_id: str, where: Spot) -> bool:
        return self._hidden.get((login_id, where), 0.0) > self._now()

    def expired(self) -> list[Draft]:
        """Takes away the drafts whose time is over."""
        old = [key for key, draft in self._drafts.items() if draft.until <= self._now()]
        return [self._drafts.pop(key) for key in old]

    def clear(self) -> list[Draft]:
        """Takes away all drafts."""
        drafts, self._drafts = list(self._drafts.values()), {}
        return drafts
