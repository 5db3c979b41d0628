"""The shapes of what commands answer with `--json`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from backend.contract.messages import (
    Again,
    ChangeRequest,
    CodeFacts,
    Folder,
    Form,
    InboxFolder,
    Line,
    Me,
    Obligation,
    SessionRow,
    SftpAddressRow,
    SftpKeyRow,
    State,
    TriedRule,
    User,
)
from backend.contract.rules.expectations import Unexpected


class FaultWords(BaseModel):
    """One fault, in words, with the values that they name."""

    number: int
    title: str
    what: str
    remedy: str
    details: dict[str, Any]


class Fault(BaseModel):
    """What was refused; `file_name` where several files were given."""

    fault: FaultWords
    file_name: str = ""
    faults: list[FaultWords] = []


class ActivityAnswer(BaseModel):
    """One activity."""

    state: State
    log_index: int
    act: str
    submission: str | None
    company: str | None
    identity_code: str | None
    folder: str | None
    input_date: date | None
    file_name: str | None
    size: int | None
    sha256: str | None
    version: int | None
    supersedes: int | None
    superseded_by: int | None
    received_start: datetime | None
    received: datetime
    channel: str
    submitter: str | None
    fault: FaultWords | None = None
    count: int | None = None
    findings: list[Unexpected] = []
    explanation: str | None = None
    reason: str | None = None


class ReceiptAnswer(ActivityAnswer):
    """An accepted file, with its receipt."""

    receipt: str
    leaf_hash: str
    replayed: bool
    counter_receipts: list[ActivityAnswer] = []
    explanations: list[ActivityAnswer] = []
    path: str = ""
    """Where `receipts save` wrote it."""


class ActivityPageAnswer(BaseModel):
    items: list[ActivityAnswer]
    cursor: str | None
    total: int
    total_is_more: bool


class ReceiptsAnswer(BaseModel):
    items: list[ActivityAnswer]
    more: bool


class SavedAnswer(BaseModel):
    state: Literal["saved"]
    items: list[ReceiptAnswer]


class VerifyAnswer(BaseModel):
    """`items` are what was received: with that SHA-256, or else under that name."""

    state: Literal["match", "different", "not-found"]
    sha256: str
    file_name: str | None
    items: list[ActivityAnswer]


class PublicationAnswer(BaseModel):
    """One published file; by SFTP some of it is not told."""

    state: Literal["published", "fetched", "withdrawn"]
    log_index: int | None
    published: datetime
    folder: str
    identity_code: str
    input_date: date | None
    file_name: str
    size: int
    sha256: str
    version: int | None
    path: str = ""
    """Where `get` wrote it."""


class PublicationsAnswer(BaseModel):
    items: list[PublicationAnswer]
    cursor: str | None


class InboxItemAnswer(ActivityAnswer):
    """A submission that stands."""

    collected_at: datetime | None
    collected_by: str | None
    again: Again | None


class InboxAnswer(BaseModel):
    items: list[InboxItemAnswer]
    cursor: str | None
    folders: list[InboxFolder]


class PickedUpAnswer(ActivityAnswer):
    """A submission as it stood when it was picked up."""

    path: str
    """Where it was written."""


class CheckAnswer(BaseModel):
    state: Literal["acceptable", "unchanged", "needs-explanation"]
    folder: str
    identity_code: str
    input_date: date
    file_name: str
    replaces: ActivityAnswer | None
    unchanged: bool
    cut_off: datetime | None
    size: int
    rows: int
    sha256: str
    findings: list[Unexpected]


class PersonAnswer(Me):
    state: Literal["signed-in"]
    server: str


class SignedOutAnswer(BaseModel):
    state: Literal["signed-out"]
    server: str | None


class FoldersAnswer(BaseModel):
    items: list[Folder]


class UsersAnswer(BaseModel):
    items: list[User]
    company: str | None
    company_name: str
    used: int | None
    quota: int | None
    identities: list[Any]
    grantable: list[Any]
    sftp_folders: list[str]


class ExportedAnswer(BaseModel):
    """The whole catalogue, as `catalogue.toml` would say it."""

    state: Literal["exported"]
    catalogue: str


class TrialAnswer(TriedRule):
    """A rule that was tried: what is wrong with it, or what it changes and what it had done to past files."""

    state: Literal["fits", "wrong"]
    code: str


class ObligationsAnswer(BaseModel):
    items: list[Obligation]
    total: int
    cursor: str | None


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


class CheckedMatter(BaseModel):
    name: str
    state: Literal["ok", "warning", "problem"]
    what: str
    remedy: str | None


class DoctorAnswer(BaseModel):
    state: Literal["ok", "warning", "problem"]
    checks: list[CheckedMatter]
