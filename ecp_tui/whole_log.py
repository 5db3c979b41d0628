"""The whole log, recomputed on this computer from its entries, and held against what the exchange has signed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.rules.checkpoints import Checkpoint, read_checkpoint, read_signed
from backend.contract.rules.evidence import Check, judge_checkpoint
from backend.contract.rules.merkle import Head
from backend.contract.rules.receipts import leaf_hash, read_document
from backend.contract.rules.signers import read_allowed_signers, read_revoked_keys
from ecp_tui.holdings import Signers

if TYPE_CHECKING:  # the first page does not wait for them
    from ecp_tui.client import EcpClient

AT_ONCE: Final = 500
_KEEP: Final = "Keep what was signed (w): it is not the log that is shown."


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as the server showed it, with the keys, and whether a key that counts signed it."""

    text: str
    checkpoint: Checkpoint
    signers: Signers
    check: Check


async def signed(client: EcpClient) -> Signed:
    """The newest."""
    shown = await client.checkpoint()
    signers = Signers(await client.allowed_signers(), await client.revoked_keys())
    try:
        text, armour = read_signed(shown.signed)
        checkpoint = read_checkpoint(text)
    except ValueError as error:
        raise Refused(NOT_UNDERSTOOD, what="What the server shows is no signed checkpoint.") from error
    allowed, revoked = read_allowed_signers(signers.allowed), read_revoked_keys(signers.revoked)
    return Signed(shown.signed, checkpoint, signers, judge_checkpoint(checkpoint, armour, allowed, revoked))


async def recomputed(client: EcpClient, checkpoint: Checkpoint, heard: Callable[[int], None]) -> Check:
    """Whether the entries that the server shows are those under the checkpoint; `heard` hears how many were read.

    Reading all of them is an export, and recorded as one.
    """
    from backend.contract.messages import NewExport

    export, head = await client.begin_log_export(NewExport(whole=True)), Head()
    while head.size < checkpoint.size:
        leaves = await client.log_leaves(export, head.size, min(AT_ONCE, checkpoint.size - head.size))
        if not leaves:
            words = f"The server shows {head.size} entries of {checkpoint.size}."
            return Check("log", "wrong", words, _KEEP)
        try:
            head = await asyncio.to_thread(grown, head, leaves, checkpoint.origin)
        except ValueError as error:
            return Check("log", "wrong", str(error), _KEEP)
        heard(head.size)
    if head.root != checkpoint.root:
        words = f"The {head.size} entries that the server shows are not those that were signed."
        return Check("log", "wrong", words, _KEEP)
    return Check("log", "ok", f"{head.size} entries recomputed here, root {head.root.hex()}")


def grown(head: Head, leaves: Sequence[str], origin: str) -> Head:
    """The head after these; `ValueError` names the first that cannot stand there."""
    for text in leaves:
        try:
            values = read_document(text)
            hashed = leaf_hash(text)
        except ValueError:
            raise ValueError(f"Entry {head.size} is no entry of a log.") from None
        if (values["log-index"], values["origin"]) != (str(head.size), origin):
            raise ValueError(f"Entry {head.size} says that it is another one.")
        head = head.appended(hashed)
    return head
