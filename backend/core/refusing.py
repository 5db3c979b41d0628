"""Refusals of files: each leaves a row for Activity Enquiry, as long as they are few."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NoReturn

from backend.contract.faults import (
    DISAGREE,
    EMPTY,
    OUTSIDE_WINDOW,
    SERVED_ELSEWHERE,
    TOO_LARGE,
    WRONG_CONTENT,
    Refused,
)
from backend.core.activity import Ledger, refusal_of
from backend.core.activity_row import REFUSED
from backend.core.actor import Actor
from backend.core.claims import Claim, facts_of
from backend.core.ports import Clock, Store
from backend.core.rows import Unit

MOST_REFUSALS_AN_HOUR: Final = 60
VERDICTS: Final = (DISAGREE, SERVED_ELSEWHERE, TOO_LARGE, EMPTY, OUTSIDE_WINDOW, WRONG_CONTENT)
"""Refusals of the file itself: they leave a row. All others may pass when the same submission is tried again."""


class Refusals:
    """A submission id that was refused stays refused, but for refusals that were only counted."""

    def __init__(self, store: Store, clock: Clock, ledger: Ledger) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger

    def refuse(self, actor: Actor, claim: Claim, refused: Refused) -> NoReturn:
        """Leaves word, then raises it."""
        self._store.write(lambda unit: self.record(unit, actor, claim, refused))
        raise refused

    def record(self, unit: Unit, actor: Actor, claim: Claim, refused: Refused) -> Refused:
        """Leaves one refused row, at most 60 an hour per account and folder; further ones are counted in the next."""
        now = self._clock.now()
        earlier = unit.outcome(actor.login_id, claim.submission)
        if earlier is not None:
            return refusal_of(earlier) if earlier.act == REFUSED else refused
        if unit.refusals_of(actor.login_id, claim.folder, now - timedelta(hours=1)) >= MOST_REFUSALS_AN_HOUR:
            unit.count_refusal(actor.login_id, claim.folder)
            return refused
        facts = facts_of(actor, claim) | {"size": claim.size, "fault": refused.number, "fault_values": refused.values}
        counted = unit.take_refusal_count(actor.login_id, claim.folder)
        self._ledger.record(unit, REFUSED, now, **facts, count=counted + 1 if counted else None)
        return refused
