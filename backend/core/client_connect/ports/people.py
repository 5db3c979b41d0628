"""Accounts and companies: what is read of them, and how they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.contract.messages import AccountState, EmailKind, Kind, Service, Side
from backend.core.accounts import Account, Company, Grant, Identity


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as it begins: invited, without password, authenticator or rights."""

    login_id: str
    kind: Kind
    company: str | None
    name: str
    email: str
    email_kind: EmailKind
    phone: str


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What a list of users shows beside the account itself."""

    keys: int = 0
    """SFTP keys neither revoked nor expired."""
    pending: int = 0
    """Open change requests about it."""
    last_sign_in: datetime | None = None
    invited_until: datetime | None = None


class PeopleRows(Protocol):
    """What is read, in one snapshot."""

    def accounts_of(self, company: str | None) -> list[Account]:
        """All accounts of a company, or of the operator; by login ID, closed ones last."""
        ...

    def account_facts(self, account_ids: Sequence[int], now: datetime) -> Mapping[int, AccountFacts]: ...

    def email_holder(self, email_key: str) -> Account | None:
        """Whose address it is; a closed account keeps its own for 90 days."""
        ...

    def companies(self) -> list[Company]: ...

    def identity(self, code: str) -> Identity | None:
        """Whosever identity it is, removed ones too."""
        ...


class PeopleUnit(Protocol):
    """What one unit writes."""

    def add_account(self, new: NewAccount) -> int: ...

    def change_account(self, account_id: int, *, name: str, email: str, email_kind: EmailKind, phone: str) -> None: ...

    def move_account(self, account_id: int, before: AccountState, after: AccountState) -> bool:
        """False where its state was another."""
        ...

    def close_account(self, account_id: int, now: datetime) -> bool:
        """Closes it for ever: grants and rights gone, keys revoked, sessions ended, codes void. Not its seat."""
        ...

    def set_grants(self, account_id: int, grants: Iterable[Grant], sftp_folders: tuple[str, ...] | None) -> None: ...

    def set_services(self, account_id: int, services: Iterable[Service]) -> None: ...

    def set_kind(self, account_id: int, kind: Kind) -> None: ...

    def take_seat(self, company: str) -> bool:
        """False where the quota is reached."""
        ...

    def free_seat(self, company: str) -> None: ...

    def forget_otp(self, account_id: int) -> None:
        """Neither authenticator nor recovery codes any more."""
        ...

    def suspend(self, account_id: int, by: Side, now: datetime) -> bool:
        """From active, or by the operator what the company suspended; ends its sessions."""
        ...

    def lift_suspension(self, account_id: int) -> bool: ...
