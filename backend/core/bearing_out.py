"""Bearing out: whether what a row says became of it is what the entries say that did it, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backend.core.activity_row import COLLECTED, EXISTING, EXPLAINED, REPLAYED, RETURNED, WITHDRAWN, ActivityRow
from backend.core.rows import Rows

_ENDING: Final = (WITHDRAWN, RETURNED)
_DONE_TO: Final = (*_ENDING, COLLECTED, EXPLAINED)
"""Acts on a file that the file's own row tells of as well."""


def named_in(row: ActivityRow) -> list[int]:
    """The entries that it names, or is named by."""
    named = (row.superseded_by, row.supersedes, row.collected, _subject(row))
    return [place for place in named if place is not None]


def _subject(row: ActivityRow) -> int | None:
    """The file that an act was done to."""
    return int(row.subject) if row.act in _DONE_TO and row.subject is not None and row.subject.isdecimal() else None


def _undone(row: ActivityRow, subject: ActivityRow | None) -> bool:
    """Whether the file that it was done to says otherwise. One that was collected may be replayed since."""
    if subject is None:
        return True
    if row.act in _ENDING:
        return (subject.superseded_by, subject.ended) != (row.log_index, row.act)
    if row.act == COLLECTED:
        return subject.collected is None and subject.again != REPLAYED
    return subject.explanation is None


def _misquoted(rows: Rows, row: ActivityRow) -> str | None:
    """An explanation stands with the file as the latest entry gave it."""
    if row.explanation is None:
        return None
    given = rows.explanations(row.log_index)
    if not given or given[0].note != row.explanation:
        return "its explanation is not the one that the latest entry gives."
    return None


def misplaced(row: ActivityRow, erased: Mapping[str, int]) -> str | None:
    """What was erased and no entry says so, or stands although one does. Of what is personal, sources alone go."""
    if not row.erased <= {"source"}:
        return "words beside it were erased, and words never are."
    mine = row.log_index <= erased.get(row.login_id or "", -1) and row.channel != EXISTING
    if row.erased and not mine:
        return "something beside it was erased, and no entry says so."
    if mine and row.source is not None:
        return "where it came from is said to be erased, and stands."
    return None


def belied(rows: Rows, row: ActivityRow, others: Mapping[int, ActivityRow]) -> str | None:
    """What it says of others, or they of it, that the log does not bear out."""
    subject = _subject(row)
    if subject is not None and _undone(row, others.get(subject)):
        return f"entry {subject:,}, to which it was done, does not say so."
    if row.ended is not None and row.superseded_by is None:
        return f"it is said to have been {row.ended}, and by no entry."
    if row.superseded_by is not None:
        by = others.get(row.superseded_by)
        right = by is not None and (
            by.supersedes == row.log_index
            if row.ended is None
            else (by.act, by.subject) == (row.ended, str(row.log_index))
        )
        if not right:
            return f"it is said to have been ended by entry {row.superseded_by:,}, which does not say so."
    if row.supersedes is not None:
        before = others.get(row.supersedes)
        if before is None or before.superseded_by != row.log_index:
            return f"it took the place of entry {row.supersedes:,}, which is said to stand still."
    if row.collected is not None:
        by = others.get(row.collected)
        if by is None or (by.act, by.subject) != (COLLECTED, str(row.log_index)):
            return f"it is said to have been collected by entry {row.collected:,}, which does not say so."
    return _misquoted(rows, row)
