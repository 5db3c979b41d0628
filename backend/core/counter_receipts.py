"""Counter-receipts as documents: what operators did with a submission and why, for channels that show it as files."""

from __future__ import annotations

import re
from typing import Final

from backend.core.activity_row import COLLECTED, REPLAYED, RETURNED, WITHDRAWN, ActivityRow

_WHAT: Final = {
    COLLECTED: "The exchange picked the file up.",
    REPLAYED: "The exchange collects the file once more. Nothing is asked of you.",
    WITHDRAWN: "The exchange withdrew the file: it does not count as filed any more.",
    RETURNED: "The exchange returned the file: it does not count as filed any more. Submit it again, corrected.",
}
_NAME: Final = re.compile(rf"(.+)\.(?:{'|'.join(_WHAT)})-([0-9]{{1,15}})\.txt", re.ASCII)


def leaves_one(row: ActivityRow) -> bool:
    """Whether a document is left of this act: not of routine collection, which gives no reason."""
    return row.act in _WHAT and row.note is not None


def counter_name(file_name: str, row: ActivityRow) -> str:
    """One name an act, in the order of the log."""
    return f"{file_name}.{row.act}-{row.log_index}.txt"


def read_counter_name(name: str) -> int | None:
    """The log index in the name of a counter-receipt."""
    said = _NAME.fullmatch(name)
    return int(said[2]) if said else None


def counter_text(row: ActivityRow) -> str:
    """What was done, the reason, and then the entry of the log as it stands there."""
    version = f", version {row.version}" if row.version is not None else ""
    head = f"{row.act} {row.file_name}{version}"
    return "\n".join([head, "", _WHAT[row.act], f"Reason: {row.note}", "", row.text()])
