"""One-time codes, recovery codes and mails as they are kept, and the two authenticators they set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from backend.contract.messages import Purpose


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A code that was mailed. What is kept of it is an HMAC: nobody who reads the database can type it."""

    key: bytes
    account_id: int
    purpose: Purpose
    created: datetime
    expires: datetime
    used: datetime | None = None
    """Also when what it was for was done otherwise, or cannot be done any more."""
    replaced: datetime | None = None
    tries: int = 0
    sealed_seed: bytes | None = field(default=None, repr=False)
    """The new authenticator's, once its enrolment was begun."""


@dataclass(frozen=True, slots=True)
class DueMail:
    """A mail whose turn it is."""

    id: int
    created: datetime
    due: datetime
    tries: int
    sealed: bytes = field(repr=False)


class CodeRows(Protocol):
    """What is read, in one snapshot."""

    def code(self, key: bytes) -> OneTimeCode | None: ...

    def codes_made(self, account_id: int, purpose: Purpose, since: datetime) -> int: ...

    def last_code(self, account_id: int, purposes: Sequence[Purpose]) -> datetime | None:
        """When the newest one for any of these purposes was made."""
        ...

    def recovery_codes_left(self, account_id: int) -> int: ...

    def due_mails(self, now: datetime, limit: int) -> list[DueMail]:
        """Those not sent whose turn it is, oldest first."""
        ...


class CodeUnit(Protocol):
    """What one unit writes."""

    def add_code(self, code: OneTimeCode) -> None:
        """In place of the account's open codes of that purpose, which are replaced by it."""
        ...

    def forget_codes(self, before: datetime) -> None:
        """Removes the codes that expired before that instant."""
        ...

    def end_codes(self, account_id: int, now: datetime) -> None:
        """No code mailed to this account so far works any more."""
        ...

    def try_code(self, key: bytes, most: int, now: datetime) -> bool:
        """Reserves one try; false where the code is not open, or `most` were had."""
        ...

    def give_back_try(self, key: bytes) -> None: ...

    def enrol(self, key: bytes, sealed_seed: bytes, now: datetime) -> bool:
        """Keeps the new authenticator's seed beside its open code, in place of one from before."""
        ...

    def use_code(self, key: bytes, now: datetime) -> bool:
        """Once; forgets the seed beside it."""
        ...

    def set_password(self, account_id: int, password_hash: str) -> None:
        """Another one; an authenticator begun with the one before cannot be confirmed any more."""
        ...

    def renew_hash(self, account_id: int, password_hash: str) -> None:
        """The same password, hashed anew."""
        ...

    def set_authenticator(self, account_id: int, sealed_seed: bytes, step: int, now: datetime) -> None:
        """The one that counts from now on, with the step of its first code spent."""
        ...

    def set_recovery_codes(self, account_id: int, keys: Iterable[bytes]) -> None:
        """These in place of all from before."""
        ...

    def spend_recovery_code(self, account_id: int, key: bytes) -> bool: ...

    def add_mails(self, sealed: Sequence[bytes], now: datetime) -> None: ...

    def claim_mail(self, mail: DueMail, until: datetime) -> bool:
        """Makes it this backend's to send until then, when it is due again; false where another one has it."""
        ...

    def finish_mail(self, mail_id: int, sent: datetime | None) -> None:
        """It is not due any more, sent or not, and its words are forgotten."""
        ...

    def forget_mails(self, before: datetime) -> None:
        """Removes those created before that instant that are not due any more."""
        ...
