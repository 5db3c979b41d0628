"""One-time tickets: how a file comes to a form that cannot read it itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.contract.messages.base import Ask, Explanation, Message, SubmissionId

TicketPurpose = Literal["submit", "compare", "publish"]
TicketState = Literal["waiting", "receiving", "arrived", "refused", "expired", "used"]
_FileName = Annotated[str, StringConstraints(max_length=1000)]


class NewFileTicket(Ask):
    """`submit` and `publish` keep what comes for a form; `compare` takes its SHA-256. The name is what is expected."""

    purpose: TicketPurpose
    file_name: _FileName | None = None


class FileTicket(Message):
    """A ticket, told once: 16 characters, for one file of at most `most` bytes, to be used before `expires`."""

    id: str
    ticket: str = Field(repr=False)
    expires: datetime
    most: int


class FileTicketFault(Message):
    """Why nothing came of a ticket; `faults.refusal(number, values)` is the same as an exception."""

    number: int
    title: str
    what: str
    remedy: str
    values: dict[str, str]


class FileTicketProgress(Message):
    """What has become of a ticket. `size`, `rows` (lines) and `sha256` are known once all has arrived."""

    id: str
    purpose: TicketPurpose
    state: TicketState
    expires: datetime
    file_name: str | None = None
    """As whoever sends it says; over SSH as whoever made the ticket said, for a stream has no name."""
    source: str | None = None
    """Where the bytes come from."""
    received: int = 0
    size: int | None = None
    rows: int | None = None
    sha256: str | None = None
    fault: FileTicketFault | None = None


class TicketedFile(Ask):
    """What the form says that arrived."""

    folder: Annotated[str, StringConstraints(max_length=40)]
    identity_code: Annotated[str, StringConstraints(max_length=40)]
    input_date: date
    file_name: _FileName


class TicketedSubmission(TicketedFile):
    """What is submitted of it, under an id that always has the same outcome."""

    submission: SubmissionId
    explanation: Explanation | None = None
    """Why the file is right although something in it is not as expected."""
