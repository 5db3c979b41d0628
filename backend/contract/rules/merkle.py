"""The Merkle log, pure: RFC 6962 hashing, kept as a frontier so that one append costs a few hashes.

The frontier of a log of n leaves holds one root per set bit of n, from the largest perfect subtree to the smallest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Final, NamedTuple

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
HASH_SIZE: Final = 32


def node_hash(left: bytes, right: bytes) -> bytes:
    """The RFC 6962 hash of an inner node: SHA-256 of a one byte and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Node(NamedTuple):
    """The root of a perfect subtree: over the leaves from `place` times 2**`level` on, as many as 2**`level`."""

    level: int
    place: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the log: how many leaves, and the frontier over them."""

    size: int = 0
    frontier: tuple[bytes, ...] = ()

    def appended(self, leaf: bytes) -> Head:
        """The head after one more leaf hash (32 bytes)."""
        return self.grown(leaf)[0]

    def grown(self, leaf: bytes) -> tuple[Head, list[Node]]:
        """The head after one more leaf hash, and the roots of the perfect subtrees that this leaf completes."""
        frontier = [*self.frontier, leaf]
        size, completed = self.size, list[Node]()
        while size & 1:
            right = frontier.pop()
            frontier[-1] = node_hash(frontier[-1], right)
            size >>= 1
            completed.append(Node(len(completed) + 1, size, frontier[-1]))
        return Head(self.size + 1, tuple(frontier)), completed

    @property
    def root(self) -> bytes:
        if not self.frontier:
            return EMPTY_ROOT
        return reduce(lambda right, left: node_hash(left, right), reversed(self.frontier))

    def packed(self) -> bytes:
        return b"".join(self.frontier)

    @classmethod
    def unpacked(cls, size: int, frontier: bytes) -> Head:
        """Raises `ValueError` if the frontier is not one of a log of `size` leaves."""
        hashes = tuple(frontier[at : at + HASH_SIZE] for at in range(0, len(frontier), HASH_SIZE))
        if len(frontier) % HASH_SIZE or len(hashes) != size.bit_count():
            raise ValueError(f"a log of {size} leaves has {size.bit_count()} frontier hashes, not {len(hashes)}")
        return cls(size, hashes)


def head_of(leaves: Iterable[bytes]) -> Head:
    """The head over all these leaf hashes, computed from nothing."""
    return reduce(Head.appended, leaves, Head())
