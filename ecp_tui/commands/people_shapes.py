"""The shapes of what commands about people, their access and this computer's profiles answer with `--json`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from backend.contract.messages import (
    ChangeRequest,
    CodeFacts,
    Form,
    Line,
    Me,
    SessionRow,
    SftpAddressRow,
    SftpKeyRow,
    User,
)


class PersonAnswer(Me):
    state: Literal["signed-in"]
    server: str


class SignedOutAnswer(BaseModel):
    state: Literal["signed-out"]
    server: str | None


class UsersAnswer(BaseModel):
    items: list[User]
    company: str | None
    company_name: str
    used: int | None
    quota: int | None
    identities: list[Any]
    grantable: list[Any]
    sftp_folders: list[str]


class SuspendedAnswer(BaseModel):
    state: Literal["suspended"]
    login_id: str
    reason: str


class RequestsAnswer(BaseModel):
    items: list[ChangeRequest]
    waiting: int
    more: bool
    cursor: str | None = None


class KeysAnswer(BaseModel):
    login_id: str
    name: str
    items: list[SftpKeyRow]
    requests: list[ChangeRequest] = []


class RevokedAnswer(BaseModel):
    state: Literal["revoked"]
    fingerprint: str


class AddressesAnswer(BaseModel):
    login_id: str
    name: str
    items: list[SftpAddressRow]
    requests: list[ChangeRequest]
    your_address: str
    covered: bool


class RemovedAddressAnswer(BaseModel):
    state: Literal["removed"]
    login_id: str
    network: str


class FormAnswer(Form):
    """A form that is acceptable; any other is a fault, with all of them in `faults`."""

    state: Literal["acceptable"]
    file_name: str
    title: str
    sha256: str
    form_sha256: str
    warnings: list[str]
    lines: list[Line] | None


class CodeAnswer(CodeFacts):
    """A code from a mail, and what came of it."""

    state: Literal["waiting", "password-set", "unlocked", "enrolling", "enrolled"]
    secret: str = ""
    uri: str = ""
    recovery_codes: tuple[str, ...] = ()


class AskedAnswer(BaseModel):
    """A code was asked for; the answer is the same whatever is true."""

    state: Literal["asked"]
    login_id: str
    sender: str
    subject: str


class SessionsAnswer(BaseModel):
    items: list[SessionRow]


class EndedAnswer(BaseModel):
    state: Literal["ended"]
    session: str | None
    others: bool


class ProfileRow(BaseModel):
    name: str
    server: str | None
    ca_file: str | None
    in_force: bool
    signed_in: str | None


class ProfilesAnswer(BaseModel):
    items: list[ProfileRow]
    file: str


class ProfileChangedAnswer(ProfileRow):
    state: Literal["added", "in-force", "removed"]
