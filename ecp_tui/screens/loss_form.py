"""Accepting that entries are lost: what was vouched for, what is there instead, and why it is given up."""

from __future__ import annotations

from typing import ClassVar

from backend.contract.messages import AcceptLoss, LogLoss
from ecp_tui import wording
from ecp_tui.screens.platform_form import PlatformForm
from ecp_tui.screens.proposal_form import Kept, Reviewing


def loss_words(loss: LogLoss) -> str:
    """How much is missing, in one line."""
    if loss.size < loss.anchor_size:
        return f"The log had {loss.anchor_size:,} entries, {loss.size:,} are here"
    return f"The first {loss.anchor_size:,} entries are not those that were signed"


class LossForm(PlatformForm):
    """For operators; a second one approves it, and only then filing goes on."""

    HELP_TOPIC: ClassVar[str] = "9101"
    where = "Home › accept the loss"
    headline = "Accept the loss of entries"

    def __init__(self, reviewing: Reviewing, loss: LogLoss, *, kept: Kept | None = None) -> None:
        super().__init__(reviewing, kept)
        self._loss = loss

    def so_now(self) -> str:
        at = wording.when(self._loss.anchor_at, self.context.zone)
        return (
            f"{loss_words(self._loss)}; signed {at}. First look for a newer database: what is accepted here is given "
            "up for good, and its firms hold receipts for it."
        )

    def made(self, values: dict[str, str]) -> AcceptLoss:
        heads = self._loss.model_dump(exclude={"anchor_at"})
        return AcceptLoss(**heads, reason=values["reason"], note=values["note"])
