"""Activities, receipts, and Activity Enquiry."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.contract.messages.base import Ask, Channel, Explanation, Message, State
from backend.contract.rules.expectations import Unexpected


class Activity(Message):
    """One act on a file, as Activity Enquiry shows it; `log_index` is its place in the log."""

    log_index: int
    at: datetime
    act: str
    state: State
    company: str | None
    company_name: str | None = None
    login_id: str | None
    channel: str
    folder: str | None = None
    folder_title: str | None = None
    identity_code: str | None = None
    input_date: date | None = None
    file_name: str | None = None
    size: int | None = None
    sha256: str | None = None
    version: int | None = None
    supersedes: int | None = None
    superseded_by: int | None = None
    received_start: datetime | None = None
    submission: str | None = None
    cut_off: datetime | None = None
    """Of a submission: the cut-off that held for it when it was accepted."""
    counts: Literal["start", "completion", "first"] | None = None
    """Which of its instants was held against that; `first`: that of the version before it, which was in time."""
    late: bool = False
    """Whether that instant came after it."""
    fault: int | None = None
    fault_title: str | None = None
    fault_what: str | None = None
    fault_remedy: str | None = None
    fault_findings: tuple[str, ...] = ()
    """All that was found wrong in the file, a line each, where that is more than `fault_what` says."""
    findings: tuple[Unexpected, ...] = ()
    """What in an accepted file was not as its folder expects."""
    explanation: str | None = None
    """Why that is right all the same, in the words of whoever submits: the latest that were said."""
    reason: str | None = None
    """Why somebody did it, in their own words."""
    count: int | None = None
    """How many refusals this row stands for, where they were too many to list."""


class Receipt(Message):
    """An accepted submission: its activity, and the receipt's text, which is the log's leaf."""

    activity: Activity
    receipt: str
    leaf_hash: str
    signature: str = ""
    """Of the receipt, as `ssh-keygen -Y verify` takes it; receipts of the oldest versions have none."""
    signed_by: str = ""
    """The fingerprint of the key that signed it."""
    replayed: bool = False
    """True where the same submission id, or the same bytes as the current version, had been accepted before."""
    counter_receipts: tuple[Activity, ...] = ()
    """What the operator's staff did with this submission, newest first."""
    explanations: tuple[Activity, ...] = ()
    """What was said of its findings after it was accepted, newest first."""


class NewExplanation(Ask):
    """Why what was found in an accepted file is right all the same."""

    explanation: Explanation


class ActivityPage(Message):
    """One page, newest first; `cursor` asks for the next one and is bound to filter and company."""

    items: tuple[Activity, ...]
    cursor: str | None
    total: int
    total_is_more: bool = False
    """Whether there are more than `total` (counting stops at 1,000)."""


class ActivityFilter(Message):
    """Empty means all; `name` is found anywhere in the file name, `sha256` is a prefix."""

    from_date: date | None = None
    to_date: date | None = None
    folder: Annotated[str, StringConstraints(max_length=40)] | None = None
    identity_code: Annotated[str, StringConstraints(max_length=40)] | None = None
    login_id: Annotated[str, StringConstraints(max_length=40)] | None = None
    channel: Channel | None = None
    state: State | None = None
    name: Annotated[str, StringConstraints(max_length=200)] | None = None
    sha256: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9A-Fa-f]{1,64}$")] | None = None


class ActivityQuery(ActivityFilter):
    """One page of what a filter finds."""

    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
