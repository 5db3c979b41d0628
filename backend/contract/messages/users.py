"""Users and companies, as administrators and operators see them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from backend.contract.messages.base import AccountState, Ask, EmailKind, Kind, LoginId, Message, Service, Words
from backend.contract.messages.requests import ChangeRequest
from backend.contract.messages.sign_in import FunctionName, IdentityName, Person


class User(Message):
    """One account. `locked` stands beside the state: it stops password sign-ins alone."""

    login_id: str
    name: str
    kind: Kind
    state: AccountState
    locked: bool
    company: str | None
    company_name: str
    email: str
    email_kind: EmailKind
    phone: str
    functions: tuple[FunctionName, ...]
    services: tuple[Service, ...] = ()
    sftp_folders: tuple[str, ...] | None = None
    keys: int = 0
    """Live SFTP keys."""
    pending: int = 0
    """Open change requests about it."""
    last_sign_in: datetime | None = None
    invited_until: datetime | None = None
    suspended_by: str | None = None
    """`company` or `operator`: whose pair may lift it."""


class GrantableFunction(Message):
    """A function that can be granted in the company, for which identity codes, and what it opens."""

    function: str
    title: str
    identity_codes: tuple[str, ...]
    folders: tuple[str, ...]


class Users(Message):
    """The users of one company, or the operator's staff; closed accounts last."""

    company: str | None
    company_name: str
    used: int | None = None
    quota: int | None = None
    users: tuple[User, ...]
    identities: tuple[IdentityName, ...] = ()
    grantable: tuple[GrantableFunction, ...] = ()
    sftp_folders: tuple[str, ...] = ()


class Act(Message):
    """One entry of the audit log, in columns and in words."""

    log_index: int
    at: datetime
    act: str
    words: str
    """A sentence without its subject: "signed in from 10.1.2.3"."""
    login_id: str | None
    subject: str | None = None
    object: str | None = None
    """A fingerprint, a network, a session."""
    request: int | None = None
    kind: str | None = None
    fault: int | None = None
    count: int | None = None
    channel: str
    source: str | None = None
    note: str | None = None


class UserPage(Message):
    """One account with its history and the change requests about it, newest first."""

    user: User
    history: tuple[Act, ...]
    more: bool = False
    requests: tuple[ChangeRequest, ...] = ()
    may: tuple[str, ...] = ()
    """Kinds of change requests the one who asks may make about it, and `suspend`."""


class Suspend(Ask):
    login_id: LoginId
    reason: Words = ""


class Company(Message):
    """One company, as operators and auditors see it."""

    code: str
    name: str
    state: str
    used: int
    quota: int
    administrators: tuple[Person, ...]
    cc_das: int
    ecp_das: int
    identities: tuple[IdentityName, ...]
    forms: int = Field(default=0)
    """Forms keyed in and not yet decided."""
