"""Activities and published files as data: the names of a receipt with underscores, plus `state`; JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from backend.contract.rules.receipts import instant_text

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import Activity, InboxItem, Publication, PublishedFile, Receipt, Recipient

COLUMNS: Final = (
    "state",
    "log_index",
    "act",
    "submission",
    "company",
    "identity_code",
    "folder",
    "input_date",
    "file_name",
    "size",
    "sha256",
    "version",
    "supersedes",
    "superseded_by",
    "received_start",
    "received",
    "channel",
    "submitter",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def activity_record(activity: Activity) -> dict[str, Any]:
    """One activity by the names in `COLUMNS`; a refusal adds its `fault`, and `count` where it stands for several."""
    values = activity.model_dump() | {
        "input_date": activity.input_date.isoformat() if activity.input_date else None,
        "received_start": _instant(activity.received_start),
        "received": _instant(activity.at),
        "submitter": activity.login_id,
    }
    record = {name: values[name] for name in COLUMNS}
    if activity.fault is not None:
        details = {"findings": activity.fault_findings} if activity.fault_findings else {}
        words = {"title": activity.fault_title, "what": activity.fault_what, "remedy": activity.fault_remedy}
        record |= {"fault": {"number": activity.fault, **words, "details": details}, "count": activity.count}
    if activity.findings:
        record["findings"] = [asdict(finding) for finding in activity.findings]
    if activity.explanation is not None:
        record["explanation"] = activity.explanation
    if activity.reason is not None:
        record["reason"] = activity.reason
    return record


def receipt_record(receipt: Receipt) -> dict[str, Any]:
    """As `activity_record`, with the receipt's own text and the leaf hash that its holder can recompute."""
    added = {"receipt": receipt.receipt, "leaf_hash": receipt.leaf_hash, "replayed": receipt.replayed}
    added |= {"signature": receipt.signature, "signed_by": receipt.signed_by}
    done = [activity_record(act) for act in receipt.counter_receipts]
    said = [activity_record(act) for act in receipt.explanations]
    after = {name: acts for name, acts in (("counter_receipts", done), ("explanations", said)) if acts}
    return activity_record(receipt.activity) | added | after


def inbox_record(item: InboxItem) -> dict[str, Any]:
    """A submission that stands, and why it comes once more or who collected it."""
    collected = {"collected_at": _instant(item.collected_at), "collected_by": item.collected_by}
    return activity_record(item.activity) | collected | {"again": item.again}


def publication_record(publication: Publication) -> dict[str, Any]:
    """One published file; `state` is said of one's own account."""
    values = publication.model_dump(exclude={"at", "folder_title"})
    return values | {"input_date": publication.input_date.isoformat(), "published": instant_text(publication.at)}


def published_record(one: PublishedFile) -> dict[str, Any]:
    """What stands for one identity or for many, as operators see it."""
    values = one.model_dump(exclude={"edition", "at", "folder_title", "login_id"})
    at = {"published": instant_text(one.at), "publisher": one.login_id}
    told = {"to": list(one.to), "input_date": one.input_date.isoformat()}
    return {"state": "published", "log_index": one.edition} | at | values | told


def recipient_record(one: Recipient) -> dict[str, Any]:
    """One of those it stands for."""
    return one.model_dump(exclude={"fetched_at"}) | {"fetched_at": _instant(one.fetched_at)}


def as_json(activities: Iterable[Activity]) -> bytes:
    """An object with the list under `items`, as `ecp activity --json` writes it."""
    return json_of(map(activity_record, activities))


def as_csv(activities: Iterable[Activity]) -> bytes:
    """Each a row, with a heading."""
    return csv_of([*COLUMNS, "fault", "reason", "findings", "explanation"], map(_row, activities))


def _row(activity: Activity) -> list[object]:
    record = activity_record(activity)
    findings = "; ".join(one.words for one in activity.findings)
    return [*(record[name] for name in COLUMNS), activity.fault, activity.reason, findings, activity.explanation]


def json_of(records: Iterable[dict[str, Any]]) -> bytes:
    return (json.dumps({"items": list(records)}, ensure_ascii=False, indent=1) + "\n").encode()


def csv_of(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """UTF-8 with a heading; no cell begins as a formula would, whatever a refused file was called."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(map(_cell, row) for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _instant(value: datetime | None) -> str | None:
    return instant_text(value) if value else None
