"""The migration in words: when a batch moves or moved, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

from backend.contract.messages import Migration, MigrationBatch
from ecp_tui import wording

IN_DUE_COURSE: Final = "will be announced in due course"


def when(batch: MigrationBatch, migration: Migration, zone: tzinfo) -> str:
    """Of a batch: moved, moves with the time that is left, or in due course."""
    if batch.switched is not None:
        return f"moved {wording.moment(batch.switched, zone)}"
    if has_moved(batch, migration):
        return "moved"
    if batch.at is None:
        return IN_DUE_COURSE
    left = (batch.at - migration.now).total_seconds()
    return f"moves {wording.moment(batch.at, zone)}, in {wording.duration(left)}"


def has_moved(batch: MigrationBatch, migration: Migration) -> bool:
    """Also one that was in ECP 2.0 before there were batches."""
    return batch.switched is not None or (bool(batch.folders) and not waiting(migration, batch))


def next_batch(migration: Migration) -> MigrationBatch | None:
    """The one that moves first of those that have an instant."""
    coming = [one for one in migration.batches if one.switched is None and one.at is not None]
    return min(coming, key=lambda one: one.at or migration.now, default=None)


def summary(migration: Migration) -> str:
    """How far it is, and what comes next."""
    moved = sum(one.route == "ecp2" for one in migration.folders)
    said = f"{moved} of {len(migration.folders)} folders are in ECP 2.0"
    coming = next_batch(migration)
    if moved == len(migration.folders):
        return f"{said}: all of them"
    if coming is None or coming.at is None:
        return f"{said} · the rest: {IN_DUE_COURSE}"
    left = wording.duration((coming.at - migration.now).total_seconds())
    return f"{said} · next: batch {coming.batch}, in {left}"


def ending(migration: Migration, zone: tzinfo) -> str:
    """What is known of the existing ECP's end (FAQ Q30)."""
    if migration.decommissioned is not None:
        return f"The existing ECP ended on {wording.moment(migration.decommissioned, zone)}."
    if migration.planned_end:
        return f"The existing ECP ends when all folders have moved; planned: {migration.planned_end}."
    return "The existing ECP ends when all folders have moved."


def waiting(migration: Migration, batch: MigrationBatch | None = None) -> Sequence[str]:
    """Folders of a batch, or of none, that have not moved."""
    codes = None if batch is None else set(batch.folders)
    return [
        one.folder
        for one in migration.folders
        if one.route == "existing" and (one.folder in codes if codes is not None else one.batch is None)
    ]
