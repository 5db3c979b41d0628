"""One activity: a row of the one table that is both the ledger and what Activity Enquiry shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from backend.contract.rules.details import Personal, details_hash
from backend.contract.rules.expectations import Unexpected
from backend.contract.rules.receipts import change_text, entry_text, receipt_text

ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
REPEATED: Final = "repeated"
"""The bytes of the current version, submitted once more: `subject` is the log index of the receipt they got."""
PUBLISHED: Final = "published"
WITHDRAWN: Final = "withdrawn"
"""`subject` is the log index of the publication, or of the submission that the operator took out."""
FETCHED: Final = "fetched"
"""A published file went out, from its first byte or a later one: `subject` is the log index of the publication."""
EXPLAINED: Final = "explained"
"""Somebody explained what was found in a submission that stands: `subject` is the log index of its receipt."""
COLLECTED: Final = "collected"
"""An operator read a submission: `subject` is the log index of its receipt."""
REPLAYED: Final = "replayed"
"""An operator wants a submission collected once more: `subject` as above."""
RETURNED: Final = "returned"
"""An operator gave a submission back, to be submitted again: `subject` as above."""
SOURCES_ERASED: Final = "sources-erased"
"""Where a closed account's acts came from went: `subject` is its login ID, `object` the last log index of them."""
EXISTING: Final = "existing"
"""The channel of the existing ECP: its accounts are others, whatever they are called."""
FIRST_COUNTS: Final = "first"
FILE_ACTS: Final = (ACCEPTED, REFUSED, PUBLISHED, WITHDRAWN, FETCHED, COLLECTED, REPLAYED, RETURNED, EXPLAINED)
_BESIDE: Final = (
    *("source", "note", "fault_values", "findings", "cut_off", "counts", "version", "supersedes", "bytes_of"),
)
COUNTER_RECEIPTS: Final = (COLLECTED, REPLAYED, WITHDRAWN, RETURNED)
"""What the operator's staff did with a submission: its submitter sees each."""


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """Facts of one act.

    In its leaf are all but `superseded_by`, `collected`, `ended`, `again`, `explanation` and `object_key`,
    which other entries and the bytes themselves tell. Of what stands beside it, it has the hash: `details`.
    """

    origin: str
    log_index: int
    act: str
    at: datetime
    channel: str
    company: str | None = None
    login_id: str | None = None
    subject: str | None = None
    folder: str | None = None
    identity_code: str | None = None
    input_date: date | None = None
    file_name: str | None = None
    size: int | None = None
    sha256: str | None = None
    version: int | None = None
    supersedes: int | None = None
    received_start: datetime | None = None
    submission: str | None = None
    fault: int | None = None
    count: int | None = None
    superseded_by: int | None = None
    collected: int | None = None
    """The log index of its first collection, or of the first since it was replayed."""
    ended: str | None = None
    """The act that ended it, where no next version did: `superseded_by` is that act's log index."""
    again: str | None = None
    """What was done with it, or with the version before it, that makes it come to the inbox once more."""
    object_key: str | None = None
    """Where its bytes lie; of a publication to many that of `bytes_of`."""
    bytes_of: int | None = None
    """The log index of the publication whose bytes these are too."""
    object: str | None = None
    """What of an account the act is about: a fingerprint, a network, a session."""
    request: int | None = None
    kind: str | None = None
    revision: int | None = None
    digest: str | None = None
    details: str | None = None
    """The hash of what stands beside the leaf; an entry of the oldest versions has none."""
    signed_by: int | None = None
    """The number of the signing key."""
    signer: str | None = None
    """That key itself, `ssh-ed25519 AAAA…`."""
    signature: bytes | None = field(default=None, repr=False)
    """Of a submission's receipt, by that key; one of the oldest versions has none."""
    source: str | None = None
    note: str | None = None
    """A person's own words: a reason, or why what was found in a submission is right all the same."""
    cut_off: datetime | None = None
    """Of a submission: what held for it when it was accepted."""
    counts: str | None = None
    """Which of its instants is held against that: `start`, `completion`, or what counted of the version before."""
    explanation: str | None = None
    """Of a submission: the latest words of those that came after it."""
    personal: Personal = field(default_factory=dict)
    findings: tuple[Unexpected, ...] = ()
    """What in a submission was not as its folder expects, but was accepted."""
    fault_values: Mapping[str, str] = field(default_factory=dict)

    @property
    def late(self) -> bool:
        """Whether it came after the cut-off that held then; a correction makes nothing late."""
        if self.counts == FIRST_COUNTS:
            return False
        counted = self.received_start if self.counts == "start" else self.at
        return self.cut_off is not None and counted is not None and counted > self.cut_off

    @property
    def unexplained(self) -> bool:
        """Whether something was found in it that nobody has explained."""
        return bool(self.findings) and self.note is None and self.explanation is None

    @property
    def erased(self) -> frozenset[str]:
        """Of what stands beside it, what only a hash stands for any more."""
        return frozenset(name for name, kept in self.personal.items() if "hash" in kept)

    @property
    def details_hold(self) -> bool:
        """Whether what stands beside the leaf is what the leaf says of it."""
        values = {name: getattr(self, name) for name in _BESIDE}
        return self.details is None or self.details == details_hash(values, self.personal)

    def text(self) -> str:
        """The leaf: for an accepted submission its receipt, for every other act its entry."""
        facts = {
            "origin": self.origin,
            "log-index": self.log_index,
            "submission": self.submission,
            "company": self.company,
            "identity-code": self.identity_code,
            "folder": self.folder,
            "input-date": self.input_date,
            "file-name": self.file_name,
            "size": self.size,
            "sha256": self.sha256,
            "channel": self.channel,
            "details": self.details,
        }
        if self.act == ACCEPTED:
            return receipt_text(
                facts
                | {
                    "version": self.version,
                    "supersedes": self.supersedes,
                    "received-start": self.received_start,
                    "received": self.at,
                    "submitter": self.login_id,
                }
            )
        facts |= {
            "act": self.act,
            "at": self.at,
            "login-id": self.login_id,
            "subject": self.subject,
            "fault": self.fault,
            "count": self.count,
        }
        if self.object is None and self.kind is None:
            return entry_text(facts)
        return change_text(
            facts
            | {
                "object": self.object,
                "request": self.request,
                "kind": self.kind,
                "revision": self.revision,
                "digest": self.digest,
            }
        )
