"""Activities as data for programs and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from backend.contract.messages import Activity, Receipt
from backend.contract.rules.receipts import instant_text
from ecp_tui import wording


def activity_data(activity: Activity) -> dict[str, Any]:
    """The names of a receipt with underscores, plus `state`; a refusal adds its fault."""
    data: dict[str, Any] = {
        "state": activity.state,
        "log_index": activity.log_index,
        "act": activity.act,
        "submission": activity.submission,
        "company": activity.company,
        "identity_code": activity.identity_code,
        "folder": activity.folder,
        "input_date": activity.input_date.isoformat() if activity.input_date else None,
        "file_name": activity.file_name,
        "size": activity.size,
        "sha256": activity.sha256,
        "version": activity.version,
        "supersedes": activity.supersedes,
        "superseded_by": activity.superseded_by,
        "received_start": _instant(activity.received_start),
        "received": _instant(activity.at),
        "channel": activity.channel,
        "submitter": activity.login_id,
    }
    if activity.fault is not None:
        words = {"title": activity.fault_title, "what": activity.fault_what, "remedy": activity.fault_remedy}
        data["fault"] = {"number": activity.fault, **words, "details": {}}
        data["count"] = activity.count
    return data


def receipt_data(receipt: Receipt) -> dict[str, Any]:
    """As `activity_data`, with the receipt's own text and the leaf hash that its holder can recompute."""
    added = {"receipt": receipt.receipt, "leaf_hash": receipt.leaf_hash, "replayed": receipt.replayed}
    return activity_data(receipt.activity) | added


def receipt_lines(receipt: Receipt) -> Iterator[str]:
    activity = receipt.activity
    version = f"version {activity.version}" if activity.version else ""
    again = "accepted before, the same bytes" if receipt.replayed else version
    yield f"{wording.state_word(activity)}  {activity.file_name}  {activity.folder}  {again}".rstrip()
    yield f"  received  {instant_text(activity.at)}  log index {activity.log_index}"
    yield f"  size      {wording.size_exact(activity.size or 0)}"
    yield f"  SHA-256   {activity.sha256}"


def activity_lines(activities: Sequence[Activity]) -> Iterator[str]:
    """A heading and one line each, every column as wide as its widest value."""
    rows = [("RECEIVED", "STATE", "FOLDER", "IDENTITY", "INPUT DATE", "CHANNEL", "SHA-256", "FILE")]
    for activity in activities:
        cells = (
            instant_text(activity.at)[:19] + "Z",
            wording.state_word(activity),
            activity.folder,
            activity.identity_code,
            activity.input_date,
            activity.channel,
            wording.hash_short(activity.sha256),
            activity.file_name,
        )
        rows.append(tuple(str(cell) if cell is not None else "–" for cell in cells))  # type: ignore[arg-type]  # eight each
    yield from table(rows)


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns two spaces apart; the last one is as long as it is."""
    widths = [max(wording.cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        padded = [cell + " " * (width - wording.cells(cell)) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(padded).rstrip()


def _instant(value: datetime | None) -> str | None:
    return instant_text(value) if value else None
