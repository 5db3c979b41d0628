"""Handing a file out: the act is durably in the log before its first byte, and so is every time it begins anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from backend.core.activity import Ledger
from backend.core.activity_row import COLLECTED, ActivityRow
from backend.core.actor import Actor
from backend.core.ports import Clock, Store
from backend.core.reading import Reading, Readings
from backend.core.rows import Rows, Unit

ONE_ACT: Final = timedelta(minutes=1)
"""The same file, opened by the same account from the same address and channel again within it, is the same act: a
client may open a file a thousand times."""


class HandingOut:
    """Opens a kept file for somebody who may have it, and says so in the log."""

    def __init__(self, store: Store, readings: Readings, clock: Clock, ledger: Ledger) -> None:
        self._store = store
        self._readings = readings
        self._clock = clock
        self._ledger = ledger

    def open(
        self,
        actor: Actor,
        act: str,
        row: ActivityRow,
        allowed: Callable[[Unit], ActivityRow],
        reason: str | None = None,
    ) -> Reading:
        """`allowed` asks the gate once more, in the unit that records, and gives the row as it stands then.

        Where that fails there is nothing to read.
        """
        reading = self._readings.open(actor.login_id, row)
        try:
            self._store.write(lambda unit: self._record(unit, actor, act, allowed(unit), reason))
        except BaseException:
            reading.close()
            raise
        return reading

    def _known(self, rows: Rows, actor: Actor, act: str, row: ActivityRow, reason: str | None) -> bool:
        if act == COLLECTED and row.collected is None:
            return False  # it was replayed since
        last = rows.last_handed_out(act, actor.login_id, row.log_index, actor.channel, actor.source, reason)
        return last is not None and timedelta() <= self._clock.now() - last < ONE_ACT

    def _record(self, unit: Unit, actor: Actor, act: str, row: ActivityRow, reason: str | None) -> None:
        if self._known(unit, actor, act, row, reason):
            return
        recorded = self._ledger.record(
            unit,
            act,
            self._clock.now(),
            actor.channel,
            company=row.company,
            login_id=actor.login_id,
            source=actor.source,
            subject=str(row.log_index),
            folder=row.folder,
            identity_code=row.identity_code,
            input_date=row.input_date,
            file_name=row.file_name,
            size=row.size,
            sha256=row.sha256,
            note=reason,
        )
        if act == COLLECTED:
            unit.mark_collected(row.log_index, by=recorded.log_index)
