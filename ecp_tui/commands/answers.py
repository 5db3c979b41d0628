"""What commands answer with `--json`, each as a type: the schemas in docs/ are made of these."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from backend.contract.messages import (
    ChangeRequest,
    CodeFacts,
    Folder,
    Form,
    Line,
    Me,
    Profile,
    SessionRow,
    SftpAddressRow,
    SftpKeyRow,
    User,
    UserPage,
)

_DEFINED: Final = "#/$defs/{model}"


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

    state: Literal["accepted", "superseded", "collected", "refused", "published", "fetched", "withdrawn"]
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


class ReceiptAnswer(ActivityAnswer):
    """An accepted file, with its receipt."""

    receipt: str
    leaf_hash: str
    replayed: bool
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


class StandsAnswer(BaseModel):
    items: list[PublicationAnswer]


class WithdrawnAnswer(BaseModel):
    state: Literal["withdrawn"]
    folder: str
    identity_code: str
    file_name: str


class CheckAnswer(BaseModel):
    state: Literal["acceptable", "unchanged"]
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


_REQUESTS: Final = ("approvals show", "approvals approve", "approvals reject", "approvals return", "approvals withdraw")
_OF_USERS: Final = ("create", "change", "grant", "close", "unlock", "reset-otp", "reinvite", "lift")
ANSWERS: Final[dict[str, tuple[type[BaseModel], ...]]] = {
    "login": (PersonAnswer,),
    "logout": (SignedOutAnswer,),
    "whoami": (PersonAnswer,),
    "folders": (FoldersAnswer,),
    "check": (CheckAnswer,),
    "submit": (ReceiptAnswer,),
    "ls": (PublicationsAnswer,),
    "get": (PublicationAnswer,),
    "activity": (ActivityPageAnswer,),
    "verify": (VerifyAnswer,),
    "receipts list": (ReceiptsAnswer,),
    "receipts show": (ReceiptAnswer,),
    "receipts save": (SavedAnswer,),
    "publish file": (PublicationAnswer,),
    "publish list": (StandsAnswer,),
    "publish withdraw": (WithdrawnAnswer,),
    "users list": (UsersAnswer,),
    "users show": (UserPage,),
    "users suspend": (SuspendedAnswer,),
    **{f"users {verb}": (ChangeRequest,) for verb in _OF_USERS},
    "approvals list": (RequestsAnswer,),
    **{words: (ChangeRequest,) for words in _REQUESTS},
    "keys list": (KeysAnswer,),
    "keys register": (ChangeRequest,),
    "keys revoke": (RevokedAnswer,),
    "keys rotate": (KeysAnswer,),
    "addresses list": (AddressesAnswer,),
    "addresses add": (ChangeRequest,),
    "addresses remove": (RemovedAddressAnswer,),
    "forms list": (RequestsAnswer,),
    "forms show": (ChangeRequest,),
    "forms check": (FormAnswer,),
    "forms key-in": (ChangeRequest,),
    "profile show": (Profile,),
    "profile sessions": (SessionsAnswer,),
    "profile end": (EndedAnswer,),
    "profiles list": (ProfilesAnswer,),
    "profiles add": (ProfileChangedAnswer,),
    "profiles use": (ProfileChangedAnswer,),
    "profiles remove": (ProfileChangedAnswer,),
    "recover": (CodeAnswer, AskedAnswer),
    "doctor": (DoctorAnswer,),
}
"""By the words of the command; any of them may answer with a `Fault` instead."""

_EVERY: Final[list[tuple[type[BaseModel], ...]]] = [*ANSWERS.values(), (Fault,)]
KINDS: Final = {kind.__name__: kind for kinds in _EVERY for kind in kinds}
"""All of them, by name."""


def definitions() -> dict[str, Any]:
    """All schemas, by the names of their types, as `$defs` of one JSON Schema; it says which command has which."""
    _, made = models_json_schema([(kind, "serialization") for kind in KINDS.values()], ref_template=_DEFINED)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What ecp commands answer with --json",
        "commands": {words: [kind.__name__ for kind in kinds] for words, kinds in ANSWERS.items()},
        "$defs": {name: _open(schema) for name, schema in sorted(made["$defs"].items())},
    }


def _open(schema: Any) -> Any:
    """Names may be added: nobody is to refuse them."""
    if isinstance(schema, dict):
        return {key: _open(value) for key, value in schema.items() if key != "additionalProperties" or value}
    return [_open(one) for one in schema] if isinstance(schema, list) else schema
