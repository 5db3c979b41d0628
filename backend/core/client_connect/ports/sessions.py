"""Sessions of one account, and the lock on its sign-in, as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from backend.contract.messages import Channel
from backend.core.accounts import Account, Session


class SessionRows(Protocol):
    """What is read, in one snapshot."""

    def session(self, key: bytes) -> Session | None: ...

    def sessions_of(self, account: Account) -> list[Session]:
        """Newest first, whether their limits have been reached or not."""
        ...

    def keys_expiring(self, account_id: int, before: datetime) -> int:
        """How many of its SFTP keys expire before then, or have; not those that were revoked."""
        ...

    def locked(self, account_ids: Sequence[int]) -> set[int]:
        """Those of the accounts whose password sign-in is locked."""
        ...

    def locked_since(self, account_id: int) -> datetime | None: ...


class SessionUnit(Protocol):
    """What one unit writes."""

    def add_session(self, key: bytes, account_id: int, now: datetime, source: str, channel: Channel) -> None:
        """A One-Time-Password was given to open it: it is confirmed."""
        ...

    def touch_session(self, key: bytes, now: datetime) -> None: ...

    def end_session(self, key: bytes) -> bool: ...

    def end_sessions(self, account_id: int, but: bytes | None = None) -> int:
        """Ends all sessions of the account, but the one with this key, and any about to open; returns how many.

        With all of them ends the enrolment of an authenticator that was begun in one.
        """
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
