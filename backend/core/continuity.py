"""Continuity: whether the log still has all that it once had. An older database, put back, does not."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Final

import structlog

from backend.contract import messages
from backend.contract.faults import LOG_ROLLED_BACK, Refused
from backend.contract.messages import Landing, LogLoss
from backend.contract.rules.checkpoints import Checkpoint, read_checkpoint, read_signed
from backend.core.actor import Actor
from backend.core.gate import refuse_outside_staff
from backend.core.log import roots
from backend.core.ports import Anchor, Store
from backend.core.rows import Rows
from backend.settings import SettingsError

ACCEPTING: Final = "accept-loss"
"""The kind of change request by which two operators accept that entries are lost."""
_GO_ON: Final = frozenset(
    {
        *("signed-in", "signed-out", "sign-in-refused", "locked", "unlocked", "session-ended", "sessions-ended"),
        *("confirmed", "confirmation-refused", "recovery-requested", "recovery-refused", "password-reset"),
        *("suspended", "key-revoked", "address-removed", "fetched", "collected"),
        *("receipt-key-rotated", "receipt-key-revoked"),
        *("operator-invited", "enrolled", "activated"),
    }
)
"""Acts that stay possible: signing in, taking rights away, reading, and becoming one of the two who accept the loss."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Loss:
    """What the anchor vouches for, and the log as it was found in its place."""

    anchor: Checkpoint
    size: int
    root: bytes

    @property
    def shown(self) -> LogLoss:
        anchor = self.anchor
        heads = {"anchor_size": anchor.size, "anchor_root": anchor.root.hex(), "anchor_at": anchor.at}
        return LogLoss(**heads, size=self.size, root=self.root.hex())


class Continuity:
    """Knows the anchor, and asks the database whether it still leads there."""

    def __init__(self, anchor: Anchor) -> None:
        self._anchor = anchor
        self._known = _read(anchor.read())
        self._accepted = False
        self._lock = Lock()
        self.loss: Loss | None = None

    def holds(self, store: Store) -> bool:
        """Compares them now; a loss that two operators accepted is none."""
        known = self._known
        if known is not None:
            with store.reading() as rows:
                found = _lost(rows, known)
                self._accepted = found is not None and rows.loss_accepted(known)
            found = None if self._accepted else found
            if found is not None and self.loss is None:
                _log.error("the audit log was rolled back", anchor=known.size, entries=found.size)
            if found is None or self.loss is None:
                self.loss = found
        return self.loss is None

    def keep(self, signed: str) -> None:
        """The newest checkpoint, to be remembered once it is committed."""
        with self._lock:
            checkpoint, known = _read(signed), self._known
            older = known is not None and checkpoint is not None and checkpoint.size <= known.size
            if self.loss is not None or (older and not self._accepted):
                return
            try:
                self._anchor.write(signed)
            except OSError as error:  # whoever wanted a checkpoint has it; the next one is written again
                _log.error("the anchor cannot be written", error=error.strerror or str(error))
                return
            self._known, self._accepted = checkpoint, False

    def told(self, actor: Actor) -> messages.Continuity:
        refuse_outside_staff(actor)
        return messages.Continuity(loss=self.loss.shown if self.loss is not None else None)

    def landing(self, landing: Landing) -> Landing:
        """The landing page says it before all else."""
        loss = self.loss
        if loss is None:
            return landing
        words = Refused(LOG_ROLLED_BACK, anchor=f"{loss.anchor.size:,}", entries=f"{loss.size:,}")
        return landing.model_copy(
            update={"notices": (f"{words.number} {words.title}. {words.remedy}", *landing.notices)}
        )

    def refuse(self, act: str = "", kind: str | None = None) -> None:
        """9101 for every act but those that go on while entries are missing."""
        loss = self.loss
        if loss is not None and act not in _GO_ON and kind != ACCEPTING:
            raise Refused(LOG_ROLLED_BACK, anchor=f"{loss.anchor.size:,}", entries=f"{loss.size:,}")


def _lost(rows: Rows, known: Checkpoint) -> Loss | None:
    head = rows.head()
    try:
        stands = head.size >= known.size and roots(rows, [(0, known.size)])[0] == known.root
    except LookupError:
        stands = False
    return None if stands else Loss(known, head.size, head.root)


def _read(signed: str | None) -> Checkpoint | None:
    """Raises `SettingsError` where it is none: what it vouched for must not be forgotten in silence."""
    if signed is None:
        return None
    try:
        return read_checkpoint(read_signed(signed)[0])
    except ValueError as error:
        raise SettingsError(
            "The anchor in the data folder is damaged. Run ecpd audit verify --since with a checkpoint kept elsewhere, "
            "then remove the anchor."
        ) from error
