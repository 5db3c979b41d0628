"""The inbox of the operator's staff: submissions that stand, and what was done with each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.contract.messages.activity import Activity
from backend.contract.messages.base import PRINTED, Ask, Day, Message
from backend.contract.messages.downloads import Publication
from backend.contract.messages.platform_requests import Reason

InboxState = Literal["waiting", "again", "collected", "all"]
_Code = Annotated[str, StringConstraints(max_length=40, pattern=PRINTED)]
Again = Literal["collected", "replayed", "returned", "withdrawn"]


class InboxItem(Message):
    """One submission that stands."""

    activity: Activity
    collected_at: datetime | None = None
    collected_by: str | None = None
    again: Again | None = None
    """Why it comes once more: it was replayed, or the version before it was collected, returned or withdrawn."""


class InboxFolder(Message):
    """How much waits in one folder, and how much of it comes once more; each counted to 1,000."""

    folder: str
    title: str
    waiting: int
    again: int


class InboxPage(Message):
    """One page, folder by folder: first what waits, then what was collected; the newest of each first."""

    items: tuple[InboxItem, ...]
    cursor: str | None
    folders: tuple[InboxFolder, ...]
    """All folders of submissions, whatever the filter."""


class InboxFilter(Message):
    """Empty means all folders, identities and dates."""

    state: InboxState = "waiting"
    """`again` is what waits and comes once more."""
    folder: _Code | None = None
    identity_code: _Code | None = None
    input_date: Day | None = None


class InboxQuery(InboxFilter):
    """One page of what a filter finds."""

    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class PickUp(Message):
    """A submission that the console fetches, and why."""

    log_index: int
    folder: str
    identity_code: str
    input_date: date
    file_name: str
    size: int
    sha256: str
    reason: str


Fetchable = Publication | PickUp
"""What a console fetches."""


class InboxAct(Ask):
    """What is done with a submission, and why: its submitter reads that."""

    reason: Reason
