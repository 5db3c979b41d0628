"""Changes of the migration: which folders move together and when, and the end of the existing ECP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from backend.contract.faults import FOLDERS_REMAIN, NOT_FOUND, NOT_UNDERSTOOD, Refused
from backend.contract.messages import Decommission, Line, PlanBatch
from backend.contract.rules.shown import shown
from backend.core.catalogue import FolderRule
from backend.core.client_connect.changes.change import Plan
from backend.core.migrating import Batch
from backend.core.rows import Rows, Unit

IN_DUE_COURSE = "in due course"


class PlanBatchChange:
    """A batch as it shall be: its folders, its instant. One that has moved stays as it is."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def plan(self, rows: Rows, company: str | None, proposal: PlanBatch, now: datetime) -> Plan:
        _refuse_others(rows, company)
        before = rows.batches().get(proposal.batch)
        if before is not None and before.switched is not None:
            raise Refused(NOT_UNDERSTOOD, what=f"Batch {proposal.batch} has moved already.")
        at = _instant(proposal.at, now)
        folders = [_waiting(rows, code) for code in dict.fromkeys(proposal.folders)]
        moving = {folder.code for folder in folders}
        leaving = [one for one in _held(rows, proposal.batch) if one.code not in moving]
        lines = [Line(label=f"Batch {proposal.batch} moves", before=self._told(before), after=self._said(at))]
        lines[0] = lines[0].model_copy(update={"weighs": at is not None})
        for folder, after in [*((one, proposal.batch) for one in folders), *((one, "") for one in leaving)]:
            if (folder.batch or "") != after:
                said = {"before": _batch(folder.batch or ""), "after": _batch(after) or "no batch"}
                lines.append(Line(label=f"{folder.code}: {folder.title}", **said, weighs=bool(folder.batch)))
        if before is not None and before.at == at and len(lines) == 1:
            raise Refused(NOT_UNDERSTOOD, what=f"Batch {proposal.batch} is planned so already.")
        return Plan("operator", None, proposal.batch, _named(folders), tuple(lines))

    def apply(self, unit: Unit, proposal: PlanBatch, plan: Plan, now: datetime) -> bool:
        moving = set(proposal.folders)
        for folder in _held(unit, proposal.batch):
            if folder.code not in moving:
                unit.put_folder(replace(folder, batch=None))
        for code in moving:
            unit.put_folder(replace(_waiting(unit, code), batch=proposal.batch))
        unit.put_batch(Batch(proposal.batch, proposal.at))
        return False

    def _told(self, batch: Batch | None) -> str:
        return "not planned" if batch is None else self._said(batch.at)

    def _said(self, at: datetime | None) -> str:
        if at is None:
            return IN_DUE_COURSE
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M{':%S' if at.second else ''} %Z}"


class DecommissionChange:
    """The end of the existing ECP, for good: 3009 as long as a folder is served there."""

    def plan(self, rows: Rows, company: str | None, proposal: Decommission, now: datetime) -> Plan:
        _refuse_others(rows, company)
        remaining = [one.code for one in rows.catalogue().folders.values() if not one.moved]
        if remaining:
            raise Refused(FOLDERS_REMAIN, folders=", ".join(remaining))
        lines = [Line(label="Existing ECP", before="answers", after="refuses everything, for good", weighs=True)]
        lines += [
            Line(label=f"Its account {shown(one.login)}", before=shown(one.name), after="opens nothing", weighs=True)
            for one in rows.existing_accounts()
            if one.closed is None
        ]
        return Plan("operator", None, "EXISTING-ECP", "Existing ECP", tuple(lines))

    def apply(self, unit: Unit, proposal: Decommission, plan: Plan, now: datetime) -> bool:
        unit.decommission(now)
        return False


def _refuse_others(rows: Rows, company: str | None) -> None:
    if company is not None:
        raise Refused(NOT_FOUND)
    if rows.decommissioned() is not None:
        raise Refused(NOT_UNDERSTOOD, what="The existing ECP has ended: nothing is left to move.")


def _instant(at: datetime | None, now: datetime) -> datetime | None:
    if at is None:
        return None
    if at.tzinfo is None:
        raise Refused(NOT_UNDERSTOOD, what="The instant needs its zone: 2026-11-30T07:00:00+08:00.")
    if at <= now:
        raise Refused(NOT_UNDERSTOOD, what="That instant has passed: name a later one.")
    return at


def _waiting(rows: Rows, code: str) -> FolderRule:
    folder = rows.catalogue().folders.get(code)
    if folder is None or folder.direction != "submission":
        raise Refused(NOT_UNDERSTOOD, what=f"{shown(code, 40)} is no submission folder.")
    if folder.moved:
        raise Refused(NOT_UNDERSTOOD, what=f"{folder.code} is in ECP 2.0 already: nothing moves back.")
    return folder


def _held(rows: Rows, batch: str) -> list[FolderRule]:
    return [one for one in rows.catalogue().folders.values() if one.batch == batch and not one.moved]


def _batch(code: str) -> str:
    return f"batch {code}" if code else ""


def _named(folders: list[FolderRule]) -> str:
    return ", ".join(folder.code for folder in folders)
