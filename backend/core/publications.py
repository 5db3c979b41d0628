"""Publications as others see them: what was published, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from backend.contract.messages import PublicationState
from backend.core.activity_row import ActivityRow


@dataclass(frozen=True, slots=True)
class Published:
    """One published file, as one account finds it: `fetched` is said of that account. `size` in bytes."""

    log_index: int
    at: datetime
    state: PublicationState
    folder: str
    identity_code: str
    input_date: date
    file_name: str
    size: int
    sha256: str
    version: int


def published_of(row: ActivityRow, state: PublicationState = "published", log_index: int | None = None) -> Published:
    """The file that this row published. A withdrawal says the same, at the log index it withdrew."""
    if row.input_date is None:
        raise LookupError(row.log_index)
    return Published(
        row.log_index if log_index is None else log_index,
        row.at,
        state,
        row.folder or "",
        row.identity_code or "",
        row.input_date,
        row.file_name or "",
        row.size or 0,
        row.sha256 or "",
        row.version or 1,
    )
