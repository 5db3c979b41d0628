"""Publishing as the operator's staff sees it: one file for one identity or many, whom it reaches and who fetched it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from backend.contract.messages.activity import Activity
from backend.contract.messages.base import PRINTED, Ask, Direction, Hash, Message, PublicationState
from backend.contract.messages.platform_requests import Reason

_Code = Annotated[str, StringConstraints(max_length=40, pattern=PRINTED)]
_FileName = Annotated[str, StringConstraints(max_length=1000)]


class PublishPlace(Ask):
    """A download folder, and to whom: an identity code, ALL, COMPANY- or TYPE- and a code."""

    folder: _Code
    to: _Code


class PublishNamed(PublishPlace):
    """One name there."""

    file_name: _FileName


class NewPublication(PublishNamed):
    """A file to be published; `notice` mails those who can fetch it."""

    notice: bool = False


class TicketedPublication(NewPublication):
    """What is published of what arrived by a ticket."""


class PublishCheckRequest(PublishNamed):
    """The same, asked before; `sha256` and `size` where they are known."""

    sha256: Hash | None = None
    size: Annotated[int, Field(ge=0)] | None = None


class WithdrawNamed(PublishNamed):
    """Withdrawing what stands under a name, and why: recipients read that."""

    reason: Reason


class Withdrawal(Ask):
    """Withdrawing a publication for everybody, or for one identity."""

    reason: Reason
    identity_code: _Code | None = None


class PublishFolder(Message):
    """A download folder as whoever publishes knows it."""

    folder: str
    title: str
    direction: Direction = "download"
    patterns: tuple[str, ...] = ()
    input_date_meaning: str
    size_limit: int
    user_types: tuple[str, ...]
    """Codes."""


class Addressee(Message):
    """An identity that files can be published to in some folder."""

    identity_code: str
    name: str
    company: str
    company_name: str
    user_type: str
    user_type_title: str


class PublishOptions(Message):
    """What can be chosen: all download folders, and everybody there is."""

    folders: tuple[PublishFolder, ...]
    addressees: tuple[Addressee, ...]


class PublishCheck(Message):
    """What publishing would do now: whom it reaches, for whom it is new, and what of them it replaces."""

    input_date: date
    reached: int
    new: int
    """0: the same bytes stand for all of them already."""
    replaced: int = 0
    """For how many another version stands."""
    replaces: Activity | None = None
    """The newest of those versions."""
    can_fetch: int = 0
    """Accounts that would be mailed."""


class PublishedFile(Message):
    """One publication that stands: `edition` is its first place in the log; `to` whom it was published to."""

    edition: int
    to: tuple[str, ...]
    at: datetime
    login_id: str
    folder: str
    folder_title: str
    input_date: date
    file_name: str
    size: int
    sha256: str
    version: int
    identities: int
    """For how many it stands."""
    fetched: int
    """For how many of those somebody has fetched it."""


class PublishOutcome(Message):
    """What came of publishing: the publication, how many it reaches, for how many it is new, and who was mailed."""

    publication: PublishedFile
    reached: int
    new: int
    notices: int


class PublishedPage(Message):
    """One page of what stands, newest first."""

    items: tuple[PublishedFile, ...]
    cursor: str | None


class PublishedQuery(Message):
    """One page; without a folder, of all."""

    folder: _Code | None = None
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Recipient(Message):
    """One identity that a publication stands for; the first who fetched it, of whichever account."""

    identity_code: str
    name: str
    company: str
    log_index: int
    version: int
    state: PublicationState
    fetched_at: datetime | None = None
    fetched_by: str | None = None


class PublishedDetail(Message):
    """A publication with everybody it stands for: first those who have not fetched it."""

    publication: PublishedFile
    recipients: tuple[Recipient, ...]
