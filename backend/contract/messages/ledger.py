"""Proofs: what a holder of a receipt needs to show that it is signed, and in the log."""

from __future__ import annotations

from datetime import datetime

from backend.contract.messages.base import Message


class Proof(Message):
    """Of one entry; each text is a file as it stands."""

    log_index: int
    receipt: str
    """The leaf: of a submission its receipt."""
    signature: str
    """Of a receipt, as `ssh-keygen -Y verify` takes it; empty for other entries and the oldest receipts."""
    proof: str
    """That it is in the log (C2SP tlog-proof), with the signed checkpoint it leads to."""


class AcceptedLoss(Message):
    """Of a log that had `anchor_size` entries those from `size` on are lost: two operators accepted it in `entry`."""

    entry: int
    anchor_size: int
    anchor_root: str
    """In hex."""
    size: int
    root: str


class SignedCheckpoint(Message):
    """What the whole log was at one instant."""

    origin: str
    size: int
    root: str
    """In hex."""
    at: datetime
    text: str
    """What was signed (C2SP tlog-checkpoint)."""
    signature: str
    signed: str
    """Both as one file."""
    losses: tuple[AcceptedLoss, ...] = ()
    """What the log lost since it began, as its operators accepted it."""


class LogLoss(Message):
    """Entries are missing: the log that the anchor vouches for, and the one that was found instead. Roots in hex."""

    anchor_size: int
    anchor_root: str
    anchor_at: datetime
    size: int
    root: str


class Continuity(Message):
    """Whether the log still has all that it ever had: nothing is lost where `loss` is absent."""

    loss: LogLoss | None = None


class Consistency(Message):
    """That a log of `new` entries begins with the `old` ones (RFC 9162, section 2.1.4)."""

    old: int
    new: int
    hashes: tuple[str, ...]
    """In hex."""
