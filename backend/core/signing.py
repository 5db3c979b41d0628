"""Signing: receipts and checkpoints, in the form that stock OpenSSH verifies."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from backend.contract.faults import GOING_DOWN, Refused
from backend.contract.rules import sshsig
from backend.core.log import LogRows
from backend.core.ports import Signer

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Signing:
    """Signs with one key, known in the database by its number."""

    signer: Signer
    key: int

    def refuse_ended(self, rows: LogRows) -> None:
        """9003 once another key has taken over, elsewhere on the same database: what this one signs counts no more."""
        if rows.last_signing_key() != self.key:
            _log.error("another key signs receipts since: stop this ecpd, and give it that key")
            raise Refused(GOING_DOWN)

    def of_receipt(self, text: str) -> bytes:
        return self.signer.sign(sshsig.to_sign(sshsig.RECEIPTS, text.encode("ascii")))

    def of_checkpoint(self, text: str) -> bytes:
        return self.signer.sign(sshsig.to_sign(sshsig.CHECKPOINTS, text.encode("ascii")))
