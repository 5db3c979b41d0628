"""Recovery and enrolment: one-time codes that come by mail, and what is done with one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.contract.messages.base import Ask, Code, Message, Otp, Password

Purpose = Literal["invitation", "reset", "unlock", "enrolment"]
"""`enrolment`: the One-Time-Password was reset, and a new authenticator is to be enrolled."""
_Typed = Annotated[str, StringConstraints(max_length=200)]


class RecoveryRequest(Ask):
    """Forgotten password: the answer is the same whatever is true (FAQ Q18)."""

    login_id: _Typed
    phone: _Typed


class CodeLook(Ask):
    """Looks at a code without using it: what a mail scanner may do as well."""

    code: Code = Field(repr=False)


class CodeFacts(Message):
    """What a code is for."""

    purpose: Purpose
    login_id: str
    name: str
    company_name: str
    expires: datetime


class ResetPassword(Ask):
    """`otp` may be one of the recovery codes."""

    code: Code = Field(repr=False)
    password: Password = Field(repr=False)
    otp: Otp = Field(repr=False)


class Unlock(Ask):
    code: Code = Field(repr=False)
    password: Password = Field(repr=False)
    otp: Otp = Field(repr=False)


class BeginEnrolment(Ask):
    """With an invitation the password is new; after a reset of the One-Time-Password it is the one that stands."""

    code: Code = Field(repr=False)
    password: Password = Field(repr=False)


class Enrolment(Message):
    """The secret of a new authenticator; it counts once a code of it was confirmed."""

    login_id: str
    secret: str = Field(repr=False)
    """Base32, as an authenticator takes it."""
    uri: str = Field(repr=False)
    """otpauth://…, for a QR code."""


class ConfirmEnrolment(Ask):
    """The same password once more, and a code of the new authenticator."""

    code: Code = Field(repr=False)
    password: Password = Field(repr=False)
    otp: Otp = Field(repr=False)


class RecoveryCodes(Message):
    """Ten codes, each in place of a One-Time-Password, once; shown this once."""

    login_id: str
    codes: tuple[str, ...] = Field(repr=False)
