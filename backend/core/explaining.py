"""Explanations: why what was found in an accepted file is right all the same, in the words of whoever submits it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from backend.contract.faults import NOT_TO_EXPLAIN, Refused
from backend.contract.messages import Receipt
from backend.core.activity import Ledger, receipt_of, seen_file
from backend.core.activity_row import ACCEPTED, EXPLAINED, ActivityRow
from backend.core.actor import Actor
from backend.core.gate import refuse_expired, refuse_to_explain
from backend.core.ports import Clock, Store
from backend.core.rows import Rows, Unit

MOST_EXPLANATIONS: Final = 20
"""Of one file; the log grows by each."""
_TOLD: Final = ("folder", "identity_code", "input_date", "file_name", "size", "sha256", "version")


class Explaining:
    """An explanation after the acceptance. Each is an entry of the log, and the latest one counts."""

    def __init__(
        self, store: Store, clock: Clock, ledger: Ledger, current_actor: Callable[[Rows, Actor], Actor]
    ) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._current_actor = current_actor

    def explain(self, actor: Actor, log_index: int, words: str) -> Receipt:
        """The entry, with the same words as the latest that one again; 2001 for files that are not the actor's to see,
        2002 for whoever does not submit there, 4525 where nothing is to be explained.
        """

        def unit(unit: Unit) -> Receipt:
            now, catalogue = self._clock.now(), unit.catalogue()
            refuse_expired(actor, now)
            who = self._current_actor(unit, actor)
            row = seen_file(unit, who, catalogue, log_index)
            refuse_to_explain(who, catalogue, row.folder or "", row.identity_code or "")
            _refuse_settled(row)
            before = unit.explanations(log_index)
            if before and before[0].note == words and before[0].login_id == who.login_id:
                return receipt_of(before[0], catalogue, replayed=True)
            return receipt_of(explained(unit, self._ledger, who, row, words, now, len(before)), catalogue)

        return self._store.write(unit)


def explained(
    unit: Unit, ledger: Ledger, actor: Actor, row: ActivityRow, words: str, now: datetime, before: int
) -> ActivityRow:
    """Records one more explanation of a submission that stands; 4525 where there are `before` it as many as may be."""
    if before >= MOST_EXPLANATIONS:
        raise Refused(NOT_TO_EXPLAIN, what=f"It was explained {MOST_EXPLANATIONS} times already.")
    facts: dict[str, Any] = {name: getattr(row, name) for name in _TOLD}
    facts |= {"company": actor.company, "login_id": actor.login_id, "source": actor.source}
    unit.explain(row.log_index, words)
    return ledger.record(unit, EXPLAINED, now, actor.channel, **facts, subject=str(row.log_index), note=words)


def _refuse_settled(row: ActivityRow) -> None:
    if row.act != ACCEPTED or not row.findings:
        raise Refused(NOT_TO_EXPLAIN, what="Nothing was found in this file that wants an explanation.")
    if row.superseded_by is not None:
        how = "was submitted again" if row.ended is None else f"was {row.ended}"
        raise Refused(NOT_TO_EXPLAIN, what=f"This version does not stand any more: it {how}.")
