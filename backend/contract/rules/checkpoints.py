"""Checkpoints: what the whole log was at one instant, as a text to be signed (C2SP tlog-checkpoint)."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.contract.rules.merkle import HASH_SIZE
from backend.contract.rules.receipts import instant_text, read_instant

_TEXT: Final = re.compile(
    r"([!-~]{1,200})\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\nat: ([0-9TZ:.-]{24})\n", re.ASCII
)
_ARMOUR: Final = "-----BEGIN SSH SIGNATURE-----\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log of `origin` had `size` entries under this root at that instant."""

    origin: str
    size: int
    root: bytes
    at: datetime


def checkpoint_text(checkpoint: Checkpoint) -> str:
    root = b64encode(checkpoint.root).decode("ascii")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\nat: {instant_text(checkpoint.at)}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """Raises `ValueError` where it is not exactly one."""
    said = _TEXT.fullmatch(text)
    try:
        if said is None:
            raise ValueError
        root = b64decode(said[3], validate=True)
        at = read_instant(said[4])
    except (ValueError, binascii.Error) as error:
        raise ValueError("this is not a checkpoint") from error
    checkpoint = Checkpoint(said[1], int(said[2]), root, at)
    if len(root) != HASH_SIZE or checkpoint_text(checkpoint) != text:
        raise ValueError("this is not a checkpoint")
    return checkpoint


def signed_text(text: str, armour: str) -> str:
    """A checkpoint with its signature as one file: the text, an empty line, the signature."""
    return f"{text}\n{armour}"


def read_signed(signed: str) -> tuple[str, str]:
    """The checkpoint's text and its signature; `ValueError` where it is not one of each."""
    text, found, armour = signed.partition(f"\n{_ARMOUR}")
    if not found:
        raise ValueError("this is not a signed checkpoint")
    read_checkpoint(text)
    return text, _ARMOUR + armour
