"""The desk: what connections of one account share. Unfinished files, names about to be replaced, who writes what."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

from backend.contract.faults import Refused
from backend.contract.rules.file_names import plain
from backend.core.claims import Upload
from backend.core.slots import Slots
from backend.doors.ssh.inflow import Inflow
from backend.doors.ssh.spots import Spot

HIDDEN_FOR: Final = 600.0
MOST_HIDDEN: Final = 1000
"""Names hidden from one account; beyond that the one hidden first is seen again."""
DRAFTS_FOR: Final = 3600.0
NAMED_WITHIN: Final = 2.0
MOST_DRAFTS: Final = 32
MOST_DRAFTS_IN_ALL: Final = 200
"""Each is a descriptor: half of what the process has for uploads stays for those under way."""
_HASHED: Final = 4
"""Files hashed at once, whoever asks: a quarter of the door's threads."""
_AHEAD_OF_ACCOUNT: Final = 16
_AHEAD: Final = 128
"""Files read ahead at once, each of three blocks in memory; beyond that, what is asked for is read and no more."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished file; `size` in bytes, `until` on the desk's clock.

    `whole`: its client closed it, under a temporary name. Otherwise the connection ended before that.
    """

    upload: Upload
    size: int
    until: float
    whole: bool


class Desk:
    """In memory, of one process, for the event loop alone. An account is named by its login ID."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._drafts: dict[tuple[str, Spot], Draft] = {}
        self._hidden: dict[str, dict[Spot, float]] = {}
        self._written: dict[tuple[str, Spot], Inflow] = {}
        self.handles: Counter[str] = Counter()
        self.read_ahead = Slots(_AHEAD_OF_ACCOUNT, _AHEAD)
        self._hashed = asyncio.Semaphore(_HASHED)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hashing(self, login_id: str) -> AsyncIterator[None]:
        """The account's turn to have a file hashed: one of its files at a time, so that it keeps nobody waiting."""
        turn = self._turns.setdefault(login_id, asyncio.Lock())
        async with turn, self._hashed:
            yield

    def reads_ahead(self, login_id: str) -> bool:
        """Takes a slot for a file that is read ahead, if there is one left."""
        try:
            self.read_ahead.take(login_id)
        except Refused:
            return False
        return True

    # ── unfinished files ─────────────────────────────────────────────────────────────────────────────────────

    def park(self, login_id: str, where: Spot, upload: Upload, size: int, *, whole: bool = True) -> Draft | None:
        """Keeps a draft; returns the one it replaces, or that makes room for it: a cut one, else the oldest.

        At the limit of all it is one of the account that has most.
        """
        gone = self._drafts.pop((login_id, where), None)
        crowd = Counter(owner for owner, _ in self._drafts)
        full = len(self._drafts) >= MOST_DRAFTS_IN_ALL
        whose = crowd.most_common(1)[0][0] if full and crowd[login_id] < MOST_DRAFTS else login_id
        if gone is None and (full or crowd[login_id] >= MOST_DRAFTS):
            theirs = [key for key in self._drafts if key[0] == whose]
            gone = self._drafts.pop(next((key for key in theirs if not self._drafts[key].whole), theirs[0]))
        self._drafts[login_id, where] = Draft(upload, size, self._now() + DRAFTS_FOR, whole)
        return gone

    def put_back(self, login_id: str, where: Spot, draft: Draft) -> Draft | None:
        """One that was taken to be looked at; returns it if another has come in its place meanwhile."""
        return None if self._drafts.setdefault((login_id, where), draft) is draft else draft

    def draft(self, login_id: str, where: Spot) -> Draft | None:
        return self._drafts.get((login_id, where))

    def drafts_in(self, login_id: str, folder: Spot) -> list[tuple[str, Draft]]:
        """The account's drafts in that folder, by name."""
        return [
            (where.name, draft)
            for (owner, where), draft in self._drafts.items()
            if owner == login_id and where.file("") == folder
        ]

    def take(self, login_id: str, where: Spot) -> Draft | None:
        return self._drafts.pop((login_id, where), None)

    def about_to_be_named(self) -> bool:
        """Whether a file has just come whole under a temporary name: its client is about to name it."""
        just_now = self._now() + DRAFTS_FOR - NAMED_WITHIN
        return any(draft.whole and draft.until > just_now for draft in self._drafts.values())

    def expired(self) -> list[Draft]:
        """Takes away the drafts whose time is over."""
        old = [key for key, draft in self._drafts.items() if draft.until <= self._now()]
        return [self._drafts.pop(key) for key in old]

    def clear(self) -> list[Draft]:
        """Takes away all drafts."""
        drafts, self._drafts = list(self._drafts.values()), {}
        return drafts

    # ── names about to be replaced ───────────────────────────────────────────────────────────────────────────

    def hide(self, login_id: str, where: Spot) -> None:
        """The account removed this name and means to submit it again, or was refused under it: it is to see no file
        that it could take for the new one. What was accepted stays accepted."""
        if not plain(where.name):
            return  # nothing stands under it
        mine = self._hidden.setdefault(login_id, {})
        mine.pop(where, None)
        mine[where] = self._now() + HIDDEN_FOR
        while len(mine) > MOST_HIDDEN or next(iter(mine.values())) <= self._now():
            del mine[next(iter(mine))]

    def show(self, login_id: str, where: Spot) -> None:
        self._hidden.get(login_id, {}).pop(where, None)

    def hidden(self, login_id: str, where: Spot) -> bool:
        return self._hidden.get(login_id, {}).get(where, 0.0) > self._now()

    def hidden_in(self, login_id: str, folder: Spot) -> set[str]:
        now, mine = self._now(), self._hidden.get(login_id, {})
        return {where.name for where, until in mine.items() if until > now and where.file("") == folder}

    # ── who writes what ──────────────────────────────────────────────────────────────────────────────────────

    def begins(self, login_id: str, inflow: Inflow) -> None:
        """The account's latest handle on a name is the one that counts: the one before is told so."""
        earlier = self._written.get((login_id, inflow.where))
        if earlier is not None:
            earlier.displace()
        self._written[login_id, inflow.where] = inflow

    def ends(self, login_id: str, inflow: Inflow) -> None:
        if self._written.get((login_id, inflow.where)) is inflow:
            del self._written[login_id, inflow.where]
