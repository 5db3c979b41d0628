"""The daily checkpoint by mail: what the log is goes out of the house, to whoever holds it against what comes later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from backend.contract.faults import Refused
from backend.core.calendar import Calendar
from backend.core.checkpoints import Checkpoints
from backend.core.client_connect.mails import Mailer
from backend.core.continuity import Continuity
from backend.core.ports import Clock, Store
from backend.core.rows import Unit

_WORDS: Final = (
    "Below is what the exchange's log is today, signed. Keep it, outside of the exchange: ecp checkpoint --since FILE "
    "proves later that the log of then begins with this one, and ssh-keygen verifies the signature."
)


@dataclass(frozen=True, slots=True)
class _Reader:
    """An address of the settings, which has no account."""

    email: str
    name: str = "reader"


class CheckpointMails:
    """Run by the platform's tick, in every process: whoever is first on a day sends it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        calendar: Calendar,
        mailer: Mailer,
        checkpoints: Checkpoints,
        continuity: Continuity,
        to: Sequence[str],
    ) -> None:
        self._store = store
        self._clock = clock
        self._calendar = calendar
        self._mailer = mailer
        self._checkpoints = checkpoints
        self._continuity = continuity
        self._to = [_Reader(email) for email in to]
        self._seen: date | None = None
        """The day that this process has seen to: the database is not asked again."""

    def tell(self) -> int:
        """Returns how many mails were queued; none while the log lacks what it had."""
        now = self._clock.now()
        today = now.astimezone(self._calendar.zone).date()
        if not self._to or today == self._seen or self._continuity.loss is not None:
            return 0
        try:
            signed = self._checkpoints.latest().signed
        except Refused:  # the log is empty yet, or the database away: the next tick asks again
            return 0
        if self._continuity.loss is not None:  # noticed by asking
            return 0

        def unit(unit: Unit) -> int:
            if not unit.tell("checkpoint", ("", today, ""), now):
                return 0
            self._mailer.checkpoint(unit, self._to, _WORDS, signed, now)
            return len(self._to)

        queued = self._store.write(unit)
        self._seen = today
        return queued
