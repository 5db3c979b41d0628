"""Folders, home, and the check before a submission."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.contract.messages.activity import Activity, Receipt
from backend.contract.messages.base import Ask, Direction, DueState, Hash, Message, TimeOfDay
from backend.contract.messages.downloads import Publication
from backend.contract.messages.sign_in import IdentityName
from backend.contract.rules.content import ContentRule
from backend.contract.rules.expectations import Unexpected


class Folder(Message):
    """A folder as one account sees it: its rule, and the identities it may be used for."""

    folder: str
    title: str
    direction: Direction
    functions: tuple[str, ...]
    channels: tuple[str, ...]
    user_types: tuple[str, ...]
    patterns: tuple[str, ...] = ()
    input_date_meaning: str
    rule: str
    """The folder's dates and times, and what its files hold, in one sentence."""
    cut_off: TimeOfDay | None = None
    size_limit: int
    content: ContentRule | None = None
    """What a file must hold, for whoever wants to know before it is sent."""
    companions: tuple[str, ...] = ()
    """Endings of the empty files that may follow a file: `.ok` says that it has come whole."""
    route: Literal["ecp2", "existing"] = "ecp2"
    batch: str | None = None
    sample: bool = False
    identities: tuple[IdentityName, ...] = ()
    default_input_date: date | None = None
    """The latest input date still due, what a form starts with."""
    latest: datetime | None = None
    """When the account's company was last heard in this folder, or something was last published for it."""
    files: int = 0
    """Current versions received, or publications that stand, of the last 30 days; counted to 1,000."""


class Due(Message):
    """One obligation of today: a folder, an identity, an input date and its cut-off."""

    folder: str
    title: str
    identity_code: str
    input_date: date
    cut_off: datetime
    extended: bool = False
    state: DueState
    reason: str = ""
    """Why it was extended, or why nothing is due."""
    received: datetime | None = None
    log_index: int | None = None


class Home(Message):
    """What needs me."""

    now: datetime
    due: tuple[Due, ...]
    refused: tuple[Activity, ...]
    """The latest refusals of the last 7 days that no acceptance of the same name has followed."""
    returned: tuple[Activity, ...] = ()
    """What the operator returned or withdrew in the last 14 days and nothing has followed, newest first."""
    unexplained: tuple[Activity, ...] = ()
    """Files of the last 30 days that stand with something in them that wants an explanation, newest first."""
    downloads: tuple[Publication, ...] = ()
    """What was published in the last 7 days and this account has not fetched yet, newest first."""


class CheckRequest(Ask):
    """What is about to be submitted; the verdict is the one an upload would get, without one."""

    folder: Annotated[str, StringConstraints(max_length=40)]
    identity_code: Annotated[str, StringConstraints(max_length=40)]
    input_date: date
    file_name: Annotated[str, StringConstraints(max_length=1000)]
    size: Annotated[int, Field(ge=0)] | None = None
    """Unknown where the file is yet to come from somewhere that nobody can look."""
    sha256: Hash | None = None


class Check(Message):
    """Acceptable as it stands; what it would replace, if anything."""

    folder: str
    identity_code: str
    input_date: date
    file_name: str
    replaces: Activity | None = None
    unchanged: bool = False
    """Whether the bytes are those of the current version: submitting answers with its receipt."""
    cut_off: datetime | None = None
    findings: tuple[Unexpected, ...] = ()
    """What in the file is not as the folder expects, where its bytes are on the server: it needs an explanation."""


class SubmissionProgress(Message):
    """What has become of a submission id: its receipt, or how many bytes of its file are kept to go on from."""

    kept: int = 0
    receipt: Receipt | None = None
