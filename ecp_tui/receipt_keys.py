"""Receipt keys: whose signatures count, from when until when, as the two files about them say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from backend.contract.rules.signers import Signer, read_allowed_signers, read_revoked_keys
from backend.contract.rules.sshsig import CHECKPOINTS, RECEIPTS, fingerprint
from ecp_tui.holdings import Signers

KeyState = Literal["signs", "later", "retired", "revoked"]
MEANINGS: Final[dict[KeyState, str]] = {
    "signs": "It signs today.",
    "later": "It does not sign yet.",
    "retired": "It signs no more. What it signed before counts as ever.",
    "revoked": "It was revoked: of what it signed, only that counts which a checkpoint by another key vouches for.",
}
_USES: Final = {RECEIPTS: "receipts", CHECKPOINTS: "checkpoints"}


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """One key of the exchange."""

    signer: Signer
    state: KeyState

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.signer.public_key)

    @property
    def uses(self) -> str:
        """What it may sign, in words."""
        return " and ".join(words for name, words in _USES.items() if name in self.signer.namespaces) or "nothing"


def receipt_keys(files: Signers, now: datetime) -> list[ReceiptKey]:
    """Those that sign come first, then the latest."""
    revoked = read_revoked_keys(files.revoked)
    keys = [ReceiptKey(one, _state(one, revoked, now)) for one in read_allowed_signers(files.allowed)]
    order = get_args(KeyState)
    return sorted(keys, key=lambda one: (order.index(one.state), -_since(one)))


def _state(signer: Signer, revoked: set[str], now: datetime) -> KeyState:
    if signer.public_key in revoked:
        return "revoked"
    if signer.counts(now):
        return "signs"
    return "later" if signer.after is not None and now < signer.after else "retired"


def _since(key: ReceiptKey) -> float:
    return key.signer.after.timestamp() if key.signer.after is not None else 0.0
