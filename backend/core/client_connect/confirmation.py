"""Confirmation: a One-Time-Password given inside a session, for what a session alone may not do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from backend.contract.faults import CONFIRM_WITH_OTP, Refused
from backend.core.actor import Actor

CONFIRMED_FOR: Final = timedelta(minutes=5)


def refuse_unconfirmed(actor: Actor, now: datetime) -> None:
    """1006 unless a One-Time-Password was given in the actor's session within the last five minutes."""
    if actor.confirmed is None or now - actor.confirmed > CONFIRMED_FOR:
        raise Refused(
            CONFIRM_WITH_OTP, what="Approvals ask for a One-Time-Password when the last was over 5 minutes ago."
        )
