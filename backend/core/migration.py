"""Migration: a batch of folders moves from the existing ECP at its instant, inside whatever unit comes first then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from backend.core.activity import Ledger
from backend.core.catalogue import FolderRule
from backend.core.rows import Rows, Unit


def switch_due(unit: Unit, ledger: Ledger, now: datetime) -> bool:
    """Moves what is due; the first thing of every unit that accepts a submission, on either side.

    Writes come one after the other, so that a file is judged by one route, and every later one by the same or a later.
    """
    due = unit.next_switch()
    if due is None or now < due:
        return False
    for batch in unit.batches().values():
        if not batch.due(now):
            continue
        moving = [one for one in unit.catalogue().folders.values() if one.batch == batch.code and not one.moved]
        for folder in moving:
            unit.put_folder(replace(folder, route="ecp2").obliging(folder, now))
        unit.put_batch(replace(batch, switched=now))
        codes = ", ".join(folder.code for folder in moving)
        ledger.record(unit, "batch-switched", now, "server", subject=batch.code, object=codes or None)
    return True


def as_of(rows: Rows, folder: FolderRule, now: datetime) -> FolderRule:
    """The folder as a unit would find it now: where its batch is due, it has moved."""
    due = rows.next_switch()
    if folder.moved or due is None or now < due:
        return folder
    batch = rows.batches().get(folder.batch or "")
    return replace(folder, route="ecp2") if batch is not None and batch.due(now) else folder
