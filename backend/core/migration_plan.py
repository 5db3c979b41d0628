"""What everybody may know of the migration (FAQ Q27–Q30), and the switch that nobody's submission brought about."""

from __future__ import annotations

from backend.contract.messages import Landing, Migration, MigrationBatch, MigrationFolder
from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.gate import refuse_inactive
from backend.core.migrating import Batch
from backend.core.migration import as_of, switch_due
from backend.core.ports import Clock, Store


class MigrationPlan:
    """Batches, instants and folders, for everybody who is signed in."""

    def __init__(self, store: Store, clock: Clock, ledger: Ledger, found_at: str, planned_end: str) -> None:
        """`found_at`: where the existing ECP is found; empty where there is none, or none yet."""
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._planned_end = planned_end
        self.found_at = found_at

    def page(self, actor: Actor) -> Migration:
        refuse_inactive(actor.account)
        now = self._clock.now()
        with self._store.reading() as rows:
            folders = [as_of(rows, one, now) for one in rows.catalogue().folders.values()]
            planned, ended = rows.batches(), rows.decommissioned()
        waiting = [one for one in folders if one.direction == "submission"]
        codes = sorted({*planned, *(one.batch for one in waiting if one.batch)}, key=_by_number)
        return Migration(
            now=now,
            existing_ecp=None if ended else self.found_at or None,
            planned_end=None if ended else self._planned_end or None,
            decommissioned=ended,
            batches=tuple(
                MigrationBatch(
                    batch=code,
                    folders=tuple(one.code for one in waiting if one.batch == code),
                    at=(batch := planned.get(code, Batch(code))).at,
                    switched=batch.at if batch.due(now) else batch.switched,
                )
                for code in codes
            ),
            folders=tuple(
                MigrationFolder(folder=one.code, title=one.title, route=one.route, batch=one.batch) for one in waiting
            ),
        )

    def landing(self, landing: Landing) -> Landing:
        """With the existing ECP as long as it lives."""
        if not self.found_at:
            return landing
        with self._store.reading() as rows:
            ended = rows.decommissioned()
        return landing.model_copy(update={"existing_ecp": None if ended else self.found_at})

    def switch(self) -> None:
        """Moves what is due, where no submission has done so."""
        now = self._clock.now()
        with self._store.reading() as rows:
            due = rows.next_switch()
        if due is not None and due <= now:
            self._store.write(lambda unit: switch_due(unit, self._ledger, now))


def _by_number(code: str) -> tuple[int, str]:
    return (int(code) if code.isdigit() else 10**9, code)
