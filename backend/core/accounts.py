"""Records of Client Connect: companies, identities, accounts and what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from backend.contract.messages import Kind

AccountState = Literal["invited", "active", "suspended", "closed"]


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity code: it belongs to one company, under one user type."""

    code: str
    company: str
    user_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Grant:
    """One function held, for these identity codes of the account's company."""

    function: str
    identity_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """A firm; `used` of `quota` users, delegated administrators and business users together (FAQ Q11)."""

    code: str
    name: str
    quota: int
    used: int


@dataclass(frozen=True, slots=True)
class Account:
    """One person's, or one machine's, account. Never shown whole: e-mail, phone and hash stay here."""

    id: int
    login_id: str
    kind: Kind
    company: str | None
    company_name: str
    name: str
    state: AccountState
    password_hash: str
    sealed_seed: bytes
    last_step: int
    grants: tuple[Grant, ...]
    services: tuple[str, ...]
    """The services whose delegated administrator this account is: `client_connect`, `ecp`."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is open, as long as its account may be."""

    key: bytes
    account: Account
    created: datetime
    seen: datetime
    source: str
    last_sign_in: datetime | None
    last_source: str | None


@dataclass(frozen=True, slots=True)
class SftpKey:
    """A registered public key and whose it is."""

    account: Account
    fingerprint: str
    public_key: str
    expires: datetime
    networks: tuple[str, ...]
