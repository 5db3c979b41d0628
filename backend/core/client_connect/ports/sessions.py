"""Sessions of one account, and the lock on its sign-in, as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from backend.core.accounts import Account, Session


class SessionRows(Protocol):
    """What is read, in one snapshot."""

    def sessions_of(self, account: Account) -> list[Session]:
        """Newest first, whether their limits have been reached or not."""
        ...

    def locked(self, account_ids: Sequence[int]) -> set[int]:
        """Those of the accounts whose password sign-in is locked."""
        ...


class SessionUnit(Protocol):
    """What one unit writes."""

    def end_sessions(self, account_id: int, but: bytes | None = None) -> int:
        """Ends all sessions of the account, but the one with this key; returns how many."""
        ...

    def count_otp(self, session: bytes) -> int:
        """Counts a One-Time-Password as wrong until it is found right; returns how many are; 0 without the session."""
        ...

    def discount_otp(self, session: bytes) -> None:
        """Takes one back: it was right, but used before."""
        ...

    def confirm_session(self, session: bytes, now: datetime) -> bool:
        """A One-Time-Password was right in it: notes when, and forgives the wrong ones."""
        ...

    def unlock(self, account_id: int) -> bool:
        """Clears lock, failures and attempts, whatever the account's state; false where nothing was locked."""
        ...
