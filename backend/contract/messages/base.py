"""The base of all messages, and the words they share."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from backend.contract.rules.contacts import PHONE
from backend.contract.rules.expectations import SHORTEST_EXPLANATION
from backend.contract.rules.shown import shown

Kind = Literal["business", "da", "operator", "auditor"]
AccountState = Literal["invited", "active", "suspended", "closed"]
Service = Literal["client_connect", "ecp"]
EmailKind = Literal["personal", "group"]
Direction = Literal["submission", "download"]
Channel = Literal["console", "http", "sftp", "existing"]
State = Literal[
    "accepted",
    "superseded",
    "collected",
    "refused",
    "published",
    "fetched",
    "replayed",
    "withdrawn",
    "returned",
    "explained",
]
PublicationState = Literal["published", "fetched", "withdrawn"]
DueState = Literal["due", "received", "late", "missing", "exempt"]

Hash = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9A-Fa-f]{64}$")]
TimeOfDay = Annotated[time, WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d:\d\d$"})]
"""In the deployment's time zone, which OpenAPI's own `time` cannot leave unsaid."""
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 12, 31))]
"""A day that somebody asks for: days and months beside it are days, too."""
Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 12, 31, tzinfo=UTC))]
"""An instant that somebody asks for, with its offset."""
SubmissionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
LoginId = Annotated[str, StringConstraints(to_upper=True, strip_whitespace=True, pattern=r"^[A-Za-z0-9]{4,20}$")]
IdentityCode = Annotated[str, StringConstraints(to_upper=True, strip_whitespace=True, pattern=r"^[A-Za-z0-9]{1,12}$")]
CompanyCode = Annotated[str, StringConstraints(to_upper=True, strip_whitespace=True, pattern=r"^[A-Za-z0-9]{2,12}$")]
PRINTED: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""No control characters: PostgreSQL takes no NUL, and no screen or mail the others."""


def _as_shown(text: str) -> str:
    """Refuses what turns or hides the text beside it: a checker must read what is applied."""
    if shown(text) != text:
        raise ValueError("it holds characters that cannot be shown")
    return text


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=PRINTED),
    AfterValidator(_as_shown),
]
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=254, pattern=rf"^{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+$"
    ),
]
"""ASCII alone: of two letters that look alike, one may be somebody else's."""
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=32, pattern=PHONE)]
"""As somebody writes it; kept as E.164, compared by its digits."""
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500, pattern=PRINTED), AfterValidator(_as_shown)
]
Explanation = Annotated[Words, Field(min_length=SHORTEST_EXPLANATION)]
"""Why a file is right although something in it is not as expected."""
Password = Annotated[str, StringConstraints(max_length=1024)]
Otp = Annotated[str, StringConstraints(max_length=64)]
"""A One-Time-Password, or one of the recovery codes in its place."""
Code = Annotated[str, StringConstraints(max_length=200)]
"""As typed or pasted from a mail; `rules.codes` reads it."""


class Message(BaseModel):
    """The base of all messages: frozen; a server may add fields that an older client does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Ask(Message):
    """The base of what a client asks in Client Connect: a field that nobody knows is refused, never passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(Message):
    """A fault on the wire (RFC 9457), with the number, the remedy and the values its words name."""

    type: str
    title: str
    status: int
    detail: str
    number: int
    remedy: str
    values: dict[str, str] = {}
    reference: str | None = None
