"""The audit log, as far as whoever asks may see it: acts, the text of each entry, and all of it to be recomputed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from backend.contract.messages.base import Message

_Word = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class LogFilter(Message):
    """Empty means all. `text` is found anywhere in the facts of an entry, in either case; the others are exact."""

    act: _Word | None = None
    login_id: _Word | None = None
    subject: _Word | None = None
    company: _Word | None = None
    folder: _Word | None = None
    channel: _Word | None = None
    from_date: date | None = None
    to_date: date | None = None
    text: _Word | None = None


class LogQuery(LogFilter):
    """One page of what a filter finds."""

    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class LogLine(Message):
    """One entry; `title` says what was done, `summary` all of it in one sentence."""

    log_index: int
    at: datetime
    act: str
    title: str
    login_id: str | None
    """Who did it."""
    subject: str | None
    """What or whom it was done to: a login ID, a file's name, a company."""
    company: str | None
    folder: str | None
    channel: str
    source: str | None
    """The address it came from, where whoever asks may see it and it is still kept."""
    summary: str


class LogPage(Message):
    """One page, newest first; `cursor` asks for the next one and is bound to filter and company."""

    size: int
    """How many entries the whole log has."""
    entries: tuple[LogLine, ...]
    cursor: str | None


class LogEntry(Message):
    """One entry whole."""

    line: LogLine
    text: str
    """What was hashed: of a submission its receipt."""
    leaf_hash: str
    note: str | None = None
    """Why it was done, in the words of whoever did it."""
    erased: tuple[str, ...] = ()
    """What stood beside it and was erased since; its hash is still there."""


class NewExport(Message):
    """What is going to be read: the whole log, or what a filter finds in one's own part of it."""

    whole: bool = False
    wanted: LogFilter = LogFilter()


class LogExport(Message):
    """An export, recorded before anything was given out."""

    log_index: int
    """Its own entry."""
    size: int
    """How many entries the log has with it."""


class LogLeaves(Message):
    """Texts of entries in order, from `start` on."""

    start: int
    texts: tuple[str, ...]
