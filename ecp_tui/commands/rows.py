"""Activities and receipts as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.contract.messages import Activity, Receipt
from backend.contract.rules.expectations import Unexpected
from backend.contract.rules.receipts import instant_text
from ecp_tui import wording


def receipt_lines(receipt: Receipt) -> Iterator[str]:
    activity = receipt.activity
    version = f"version {activity.version}" if activity.version else ""
    again = "accepted before, the same bytes" if receipt.replayed else version
    yield f"{wording.state_word(activity)}  {activity.file_name}  {activity.folder}  {again}".rstrip()
    yield f"  received  {instant_text(activity.at)}  log index {activity.log_index}"
    yield f"  size      {wording.size_exact(activity.size or 0)}"
    yield f"  SHA-256   {activity.sha256}"
    yield from finding_lines(activity.findings)
    if activity.explanation:
        yield f"  explained {activity.explanation}"
    elif activity.findings:
        yield f'  ! not explained: ecp explain {activity.log_index} "why it is right"'


def finding_lines(findings: Sequence[Unexpected]) -> Iterator[str]:
    """What is not as the folder expects, a line each."""
    return (f"  finding   {one.words}" for one in findings)


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
