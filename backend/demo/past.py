"""What happened before today happens again, through the real services, with a clock set to then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from backend.core.actor import Actor
from backend.core.client_connect.standing import actor_for
from backend.wiring import Platform


class PastClock:
    """The clock of the history."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody did, and when."""

    at: datetime
    act: Callable[[], None]


def actor_then(platform: Platform, login_id: str, now: datetime) -> Actor:
    """Somebody at work, whose One-Time-Password was just given."""
    with platform.store.reading() as rows:
        account = rows.account(login_id)
        if account is None:
            raise LookupError(login_id)
        return replace(actor_for(rows, account.id, "console", "10.20.3.4"), confirmed=now)
