"""Lines of deadlines, read from the store: for each folder and input date who must file, and what they filed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime

from backend.contract.rules.companions import companion_of
from backend.core.calendar import Calendar
from backend.core.catalogue import FolderRule
from backend.core.deadlines import Filer, Filing, FilingMark
from backend.core.owed import LOOKED_BACK, Line, days_of, is_asked_for
from backend.core.rows import Rows

Standing = Sequence[tuple[Filer, Filing | None]]
"""Who must file on one line, and what they filed."""
Filed = dict[tuple[str, date], dict[str, Filing]]
"""By folder and input date, then by identity code: what counts first."""


class FiledLines:
    """All that stands, read again only line by line where it changed: for boards that look every few seconds."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, date], tuple[tuple[int, FilingMark], dict[str, Filing]]] = {}

    def read(self, rows: Rows, folders: Sequence[FolderRule], days: Sequence[date]) -> Filed:
        revision, held = rows.catalogue_revision(), self._held
        marks = {
            line: (revision, mark) for line, mark in rows.filing_marks([one.code for one in folders], days).items()
        }
        known = {line: held[line] for line, mark in marks.items() if line in held and held[line][0] == mark}
        stale = marks.keys() - known.keys()
        if stale:
            codes = {code for code, _ in stale}
            some = [one for one in folders if one.code in codes]
            read = first_filings(rows.filings(sorted(codes), sorted({day for _, day in stale})), some)
            known |= {line: (marks[line], read.get(line, {})) for line in stale}
        self._held = known
        return {line: filed for line, (_, filed) in known.items()}


def lines_of(
    rows: Rows,
    calendar: Calendar,
    now: datetime,
    *,
    folder: str | None = None,
    days: Sequence[date] | None = None,
    back: int = LOOKED_BACK,
    who: Callable[[Filer], bool] | None = None,
    known: FiledLines | None = None,
) -> Iterator[tuple[Line, Standing]]:
    """Folder by folder, for these input dates or for those of so many days back: by as many questions, always.

    `who`: those alone, and their filings; `known`: what was read before.
    """
    folders = [one for one in rows.catalogue().folders.values() if one.obliges and folder in (None, one.code)]
    lines = [line for one in folders for line in _lines(one, calendar, now, days, back)]
    user_types = sorted({user_type for one in folders for user_type in one.user_types})
    filers = [one for one in rows.filers(user_types) if who is None or who(one)]
    codes = None if who is None else sorted(one.identity_code for one in filers)
    every_day = sorted({line.input_date for line in lines})
    if known is not None and who is None and folder is None:
        filed = known.read(rows, folders, every_day)
    else:
        filed = first_filings(rows.filings([one.code for one in folders], every_day, codes), folders)
    began = rows.began()
    for line in lines:
        bound = [one for one in filers if one.user_type in line.folder.user_types and line.binds(one)]
        if bound and line.begins_after(began):
            theirs = filed.get((line.folder.code, line.input_date), {})
            yield line, [(one, theirs.get(one.identity_code)) for one in bound]


def _lines(
    folder: FolderRule, calendar: Calendar, now: datetime, days: Sequence[date] | None, back: int
) -> Iterator[Line]:
    """Those of a folder, the latest input date first."""
    for day in days_of(folder, calendar, now, back) if days is None else days:
        line = Line.of(folder, day, calendar) if is_asked_for(folder, day, calendar) else None
        if line is not None:
            yield line


def first_filings(filings: Iterable[Filing], folders: Sequence[FolderRule]) -> Filed:
    """Of all names the one that counts first; companions are no filing."""
    rules = {folder.code: folder for folder in folders}
    filed: Filed = {}
    for one in filings:
        folder, line = rules[one.folder], filed.setdefault((one.folder, one.input_date), {})
        if folder.companions and companion_of(one.file_name, folder.companions) is not None:
            continue
        before = line.get(one.identity_code)
        if before is None or _counted(folder, one) < _counted(folder, before):
            line[one.identity_code] = one
    return filed


def _counted(folder: FolderRule, one: Filing) -> tuple[datetime, int]:
    rule = folder.cut_off
    return rule.counted(one.started, one.completed) if rule is not None else one.completed, one.log_index
