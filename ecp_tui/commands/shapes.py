"""The shapes of what commands about files, folders and the platform answer with `--json`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from backend.contract.messages import (
    Again,
    Folder,
    InboxFolder,
    LogLine,
    Obligation,
    State,
    TriedRule,
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
    signature: str = ""
    """Of the receipt, as ssh-keygen verifies it; by SFTP it lies beside the receipt."""
    signed_by: str = ""
    replayed: bool
    counter_receipts: list[ActivityAnswer] = []
    explanations: list[ActivityAnswer] = []
    path: str = ""
    """Where `receipts save` wrote it, or `receipts bundle` all of it."""
    verify: str = ""
    """The line that verifies its signature, there."""


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


class ScriptAnswer(BaseModel):
    script: str


class ReceiptKeyItem(BaseModel):
    """`retired`: what it signed before counts as ever; of a `revoked` one only what another key vouches for."""

    state: Literal["signs", "later", "retired", "revoked"]
    fingerprint: str
    public_key: str
    origin: str
    since: datetime | None
    until: datetime | None


class ReceiptKeysAnswer(BaseModel):
    """Both files about them as OpenSSH takes them; `path` is where the first was saved."""

    items: list[ReceiptKeyItem]
    allowed_signers: str
    revoked_keys: str
    path: str


class VerifyAnswer(BaseModel):
    """`items` are what was received: with that SHA-256, or else under that name."""

    state: Literal["match", "different", "not-found"]
    sha256: str
    file_name: str | None
    items: list[ActivityAnswer]


class CheckedAnswer(BaseModel):
    """One of the things looked at; `remedy` is empty where nothing is to be done."""

    name: Literal["receipt", "file", "signature", "log", "checkpoint", "since"]
    state: Literal["ok", "wrong", "missing"]
    what: str
    remedy: str


class VerifiedAnswer(BaseModel):
    """With `--receipt`, of these files alone. `receipt` has the receipt's own names, with underscores."""

    state: Literal["verified", "not-verified"]
    sha256: str
    file_name: str | None
    receipt: dict[str, str | None]
    checks: list[CheckedAnswer]


class CheckpointAnswer(BaseModel):
    """What the whole log is now, and with `--since` whether it begins with what it was then."""

    state: Literal["verified", "not-verified", "consistent", "not-consistent"]
    origin: str
    size: int
    root: str
    at: datetime
    signed: str
    """As a file: what is signed, and the signature."""
    checks: list[CheckedAnswer]
    path: str = ""
    """Where it was saved."""


class LogAnswer(BaseModel):
    """Entries of the audit log, newest first; `size` is how many the whole log has."""

    size: int
    items: list[LogLine]
    cursor: str | None


class LogExportedAnswer(BaseModel):
    """`whole`: every entry's text, under a signed checkpoint."""

    entries: int
    whole: bool
    path: str


class LogVerifiedAnswer(BaseModel):
    """Of an exported log: what it says it is, and what came of each check."""

    state: Literal["verified", "not-verified"]
    origin: str
    size: int
    root: str
    at: datetime
    checks: list[CheckedAnswer]


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


class FoldersAnswer(BaseModel):
    items: list[Folder]


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


class CheckedMatter(BaseModel):
    name: str
    state: Literal["ok", "warning", "problem"]
    what: str
    remedy: str | None


class DoctorAnswer(BaseModel):
    state: Literal["ok", "warning", "problem"]
    checks: list[CheckedMatter]
