"""Signing: receipts and checkpoints, in the form that stock OpenSSH verifies."""

from __future__ import annotations

from dataclasses import dataclass

from backend.contract.rules import sshsig
from backend.core.ports import Signer


@dataclass(frozen=True, slots=True)
class Signing:
    """Signs with one key, known in the database by its number."""

    signer: Signer
    key: int

    def of_receipt(self, text: str) -> bytes:
        return self.signer.sign(sshsig.to_sign(sshsig.RECEIPTS, text.encode("ascii")))

    def of_checkpoint(self, text: str) -> bytes:
        return self.signer.sign(sshsig.to_sign(sshsig.CHECKPOINTS, text.encode("ascii")))
