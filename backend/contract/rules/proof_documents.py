"""Proofs as files (C2SP tlog-proof): an entry's place, the hashes from it upwards, and the signed checkpoint above."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from backend.contract.rules.checkpoints import read_signed
from backend.contract.rules.log_proofs import inclusion_path
from backend.contract.rules.merkle import HASH_SIZE

PROOF: Final = "c2sp.org/tlog-proof@v1"
_HASH_LINE: Final = 45
_NOT_ONE: Final = "this is not a proof"


@dataclass(frozen=True, slots=True)
class ProofDocument:
    """What a proof's file says. Nothing of it is believed before it was verified."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint_text: str
    armour: str


def proof_text(index: int, hashes: Sequence[bytes], signed_checkpoint: str) -> str:
    lines = [PROOF, f"index {index}", *(b64encode(one).decode("ascii") for one in hashes)]
    return "\n".join([*lines, "", signed_checkpoint])


def proof_size(index: int, size: int, signed_length: int) -> int:
    """How many bytes the file has, known without its hashes."""
    head = len(PROOF) + 1 + len(f"index {index}") + 1
    return head + _HASH_LINE * len(inclusion_path(index, size)) + 1 + signed_length


def read_proof(text: str) -> ProofDocument:
    """Raises `ValueError` where it is not exactly one."""
    head, found, signed = text.partition("\n\n")
    first, *lines = head.split("\n")
    if not found or first != PROOF or not lines or not lines[0].startswith("index "):
        raise ValueError(_NOT_ONE)
    number = lines[0].removeprefix("index ")
    if not (number.isascii() and number.isdigit()) or str(int(number)) != number:
        raise ValueError(_NOT_ONE)
    try:
        hashes = tuple(b64decode(line, validate=True) for line in lines[1:])
    except binascii.Error as error:
        raise ValueError(_NOT_ONE) from error
    if any(len(one) != HASH_SIZE for one in hashes):
        raise ValueError(_NOT_ONE)
    checkpoint, armour = read_signed(signed)
    return ProofDocument(int(number), hashes, checkpoint, armour)
