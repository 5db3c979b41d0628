"""Landing, sign-in, and who is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from backend.contract.messages.base import Ask, Kind, Message, Service
from backend.contract.messages.forms import SupportTeam


class UserType(Message):
    code: str
    title: str


class Landing(Message):
    """What the landing page shows before anybody has signed in."""

    name: str
    operator: str
    version: str
    timezone: str
    now: datetime
    demo: bool = False
    notices: tuple[str, ...] = ()
    existing_ecp: str | None = None
    mail_sender: str = ""
    """Whom the mails of Client Connect come from, for those who look for them in a junk filter (FAQ Q18)."""
    mail_subject: str = ""
    """The subject of the mail about a forgotten password."""
    support: tuple[SupportTeam, ...] = ()
    """Where application forms go."""
    user_types: tuple[UserType, ...] = ()
    """What a form can apply for."""


class LoginTransaction(Message):
    """The redirect session of the landing page: lives 5 minutes, used once (FAQ Q3)."""

    transaction: str
    expires: datetime


class SignIn(Ask):
    """One form: login ID, password and One-Time-Password."""

    transaction: Annotated[str, StringConstraints(max_length=200)]
    login_id: Annotated[str, StringConstraints(max_length=200)]
    password: Annotated[str, StringConstraints(max_length=1024)] = Field(repr=False)
    otp: Annotated[str, StringConstraints(max_length=64)] = Field(repr=False)


class Ticket(Message):
    """The hand-off from Client Connect to the session: lives 60 s, used once."""

    ticket: str = Field(repr=False)
    expires: datetime


class TicketUse(Ask):
    ticket: Annotated[str, StringConstraints(max_length=200)] = Field(repr=False)


class IdentityName(Message):
    """One identity code of a company, under one user type."""

    identity_code: str
    name: str
    user_type: str


class FunctionName(Message):
    function: str
    title: str
    identity_codes: tuple[str, ...] = ()


class Person(Message):
    """Somebody to ask: no phone, no e-mail."""

    login_id: str
    name: str
    services: tuple[Service, ...] = ()
    """The services whose delegated administrator they are."""


class Me(Message):
    """The account that is signed in, and until when."""

    login_id: str
    name: str
    kind: Kind
    company: str | None
    company_name: str
    functions: tuple[FunctionName, ...]
    functions_missing: tuple[FunctionName, ...] = ()
    """Those of the company's user types that would open ECP and that this account does not hold."""
    identities: tuple[IdentityName, ...]
    delegated_administrators: tuple[Person, ...]
    services: tuple[Service, ...] = ()
    enters_ecp: bool
    expires: datetime
    idle_expires: datetime
    last_sign_in: datetime | None = None
    last_source: str | None = None
    waiting: int = 0
    """Change requests that this account may approve now."""
    keys_expiring: int = 0
    """Own SFTP keys that expire within 30 days, or have."""
    users: int | None = None
    quota: int | None = None


class NewSession(Message):
    """An opened session; `token` is the bearer token, shown this once."""

    token: str = Field(repr=False)
    me: Me
