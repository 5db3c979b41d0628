"""Slots: how much of something scarce each account, and all of them together, may hold at once."""

from __future__ import annotations

from collections import Counter
from threading import Lock

from backend.contract.faults import TOO_MANY_HANDLES, Refused


class Slots:
    """Counted in memory, of one process, from any thread."""

    def __init__(self, most_of_account: int, most: int) -> None:
        self._most_of_account = most_of_account
        self._most = most
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    def __len__(self) -> int:
        return self._taken.total()

    def take(self, login_id: str) -> None:
        """5005 where the account, or everybody together, holds as many as may be."""
        with self._lock:
            if self._taken[login_id] >= self._most_of_account or self._taken.total() >= self._most:
                raise Refused(TOO_MANY_HANDLES)
            self._taken[login_id] += 1

    def give_back(self, login_id: str) -> None:
        with self._lock:
            self._taken[login_id] -= 1
            if not self._taken[login_id]:
                del self._taken[login_id]
