"""The log as it is kept: the roots of its subtrees, its checkpoints, and the keys that signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Final, Protocol

from backend.contract.rules.checkpoints import Checkpoint
from backend.contract.rules.merkle import node_hash
from backend.contract.rules.signers import SigningKey

LOWEST_KEPT: Final = 4
"""Roots of subtrees are kept from this level up; those below are made of their leaves, 16 at most."""
Place = tuple[int, int]
"""Level and place of a perfect subtree, as a `Node` has them."""


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint that was signed, by the key of this number."""

    checkpoint: Checkpoint
    signed_by: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class AcceptedLoss:
    """Of the log with `anchor_size` entries, those from `size` on are lost; `entry` says so."""

    entry: int
    anchor_size: int
    anchor_root: bytes
    size: int
    root: bytes


class LogRows(Protocol):
    def nodes(self, wanted: Sequence[Place]) -> dict[Place, bytes]:
        """Those of the perfect subtrees that are kept, from `LOWEST_KEPT` up."""
        ...

    def leaf_hashes(self, start: int, until: int) -> list[bytes]: ...

    def signing_keys(self) -> dict[int, SigningKey]:
        """By number; the latest is the one that signs."""
        ...

    def last_signing_key(self) -> int:
        """The number of the one that signs; 0 before there was one."""
        ...

    def latest_checkpoint(self) -> KeptCheckpoint | None: ...

    def checkpoints(self, after: int, limit: int) -> list[KeptCheckpoint]:
        """Over more than so many entries, the smallest first."""
        ...

    def checkpoint(self, size: int) -> KeptCheckpoint | None: ...

    def covering(self, log_index: int, besides: Sequence[int]) -> KeptCheckpoint | None:
        """The first checkpoint over an entry that was signed by none of the keys `besides`."""
        ...

    def covers(self, log_indexes: Sequence[int], besides: Sequence[int]) -> dict[int, KeptCheckpoint | None]:
        """The same of many entries."""
        ...

    def loss_accepted(self, vouched: Checkpoint) -> bool:
        """Whether operators accepted that the log no longer has what this checkpoint had.

        One within the lost entries, as another backend may have kept it, is lost with them; none that was made since.
        """
        ...

    def losses(self) -> list[AcceptedLoss]:
        """What operators accepted, the oldest first."""
        ...


class LogUnit(Protocol):
    def accept_loss(self, entry: int, anchor: Checkpoint, size: int, root: bytes) -> None: ...

    def add_checkpoint(self, kept: KeptCheckpoint) -> None: ...

    def add_signing_key(self, number: int, public_key: str, since: datetime) -> None: ...

    def retire_signing_key(self, number: int, until: datetime) -> None:
        """It signs no more; what it signed goes on to count."""
        ...

    def revoke_signing_key(self, number: int, at: datetime, reason: str) -> None:
        """What it signed counts no more by itself."""
        ...


def roots(rows: LogRows, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """The root over each of these ranges of leaves, `start` up to and without `end`.

    A range is a perfect subtree, or the ragged end of a log: it begins where a perfect one as large would. Raises
    `LookupError` where leaves or roots that stood there are missing.
    """
    pieces = [perfect(start, end) for start, end in ranges]
    kept = rows.nodes([piece for some in pieces for piece in some if piece[0] >= LOWEST_KEPT])
    return [reduce(_joined, (_root(rows, kept, piece) for piece in reversed(some))) for some in pieces]


def _joined(right: bytes, left: bytes) -> bytes:
    return node_hash(left, right)


def perfect(start: int, end: int) -> list[Place]:
    """The perfect subtrees of a range, from the largest to the smallest."""
    found: list[Place] = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def _root(rows: LogRows, kept: Mapping[Place, bytes], piece: Place) -> bytes:
    if piece[0] >= LOWEST_KEPT:
        return kept[piece]
    level, place = piece
    hashes = rows.leaf_hashes(place << level, (place + 1) << level)
    if len(hashes) != 1 << level:
        raise LookupError(f"of the leaves from {place << level} on some are missing")
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]
