"""One's own account: profile, password, authenticator, sessions."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from backend.contract.messages.base import Ask, EmailKind, Kind, Message, Otp, Password


class Profile(Message):
    """What Client Connect knows about the one who is signed in."""

    login_id: str
    name: str
    kind: Kind
    company_name: str
    email: str
    email_kind: EmailKind
    phone: str
    recovery_codes: int
    """How many are left."""
    otp_since: datetime | None = None
    last_sign_in: datetime | None = None
    last_source: str | None = None


class ChangePassword(Ask):
    """Ends all other sessions."""

    password: Password = Field(repr=False)
    new_password: Password = Field(repr=False)
    otp: Otp = Field(repr=False)


class BeginOtp(Ask):
    """A new authenticator in place of the one at hand."""

    password: Password = Field(repr=False)
    otp: Otp = Field(repr=False)


class Confirm(Ask):
    """A One-Time-Password inside a session: for approvals, for new recovery codes, for a new authenticator."""

    otp: Otp = Field(repr=False)


class Confirmed(Message):
    """Until when approvals do not ask again."""

    until: datetime


class SessionRow(Message):
    """One of one's own sessions."""

    id: str
    created: datetime
    seen: datetime
    ends: datetime
    source: str
    channel: str
    own: bool
    """The one that asks."""
