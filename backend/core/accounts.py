"""Records of Client Connect: companies, identities, accounts and what they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from backend.contract.messages import AccountState, EmailKind, Kind, Service, Side

__all__ = ["Account", "AccountState", "Company", "Grant", "Identity", "Known", "Session", "SftpAddress", "SftpKey"]


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity code: it belongs to one company, under one user type."""

    code: str
    company: str
    user_type: str
    name: str
    removed: bool = False
    """Its company holds it no longer; no other company may have it either."""
    added: datetime | None = field(default=None, compare=False)
    """When its company got it; `None` means long ago."""


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
    state: str = "active"
    cc_das: int = 2
    """Accounts with the Client Connect right, in any state but closed."""
    ecp_das: int = 2


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
    password_hash: str = field(repr=False)
    sealed_seed: bytes = field(repr=False)
    last_step: int
    grants: tuple[Grant, ...]
    services: tuple[Service, ...]
    """The services whose delegated administrator this account is: `client_connect`, `ecp`."""
    email: str = ""
    email_kind: EmailKind = "personal"
    phone: str = ""
    """E.164, compared by its digits."""
    sftp_folders: tuple[str, ...] | None = None
    """What `EU_ECPSFTP` was narrowed to; `None` means all it opens."""
    suspended_by: Side | None = None
    suspended: datetime | None = None
    """Since when."""


@dataclass(frozen=True, slots=True)
class Known:
    """What signing in looks at: one row, so that finding somebody and finding nobody are the same work."""

    id: int
    login_id: str
    company: str | None
    state: AccountState
    password_hash: str = field(repr=False)
    sealed_seed: bytes = field(repr=False)

    def still(self, other: Known | None) -> bool:
        """Whether password and authenticator are the same as they were."""
        mine = (self.id, self.password_hash, self.sealed_seed)
        return other is not None and mine == (other.id, other.password_hash, other.sealed_seed)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is open, as long as its account may be."""

    key: bytes = field(repr=False)
    account: Account
    created: datetime
    seen: datetime
    source: str
    last_sign_in: datetime | None
    last_source: str | None
    channel: str = "console"
    confirmed: datetime | None = None
    """When a One-Time-Password was last given in it."""
    wrong_otps: int = 0


@dataclass(frozen=True, slots=True)
class SftpKey:
    """A registered public key and whose it is."""

    account: Account
    fingerprint: str
    public_key: str
    expires: datetime
    networks: tuple[str, ...]
    comment: str = ""
    registered: datetime | None = None
    revoked: datetime | None = None
    seen: datetime | None = None
    """When a connection was last signed in with it, to the quarter of an hour."""

    def live(self, now: datetime) -> bool:
        return self.revoked is None and now < self.expires


@dataclass(frozen=True, slots=True)
class SftpAddress:
    """A network that connections of an account may come from."""

    network: str
    registered: datetime | None
