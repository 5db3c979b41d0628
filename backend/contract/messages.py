"""Requests and answers on the wire.

Names are the FAQ's. Instants are aware datetimes in UTC, dates ISO, sizes bytes, hashes lower-case hexadecimal.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Kind = Literal["business", "da", "operator", "auditor"]
Direction = Literal["submission", "download"]
Channel = Literal["console", "http", "sftp"]
State = Literal["accepted", "superseded", "collected", "refused"]
DueState = Literal["due", "received", "late", "missing", "exempt"]

LoginId = Annotated[str, StringConstraints(to_upper=True, strip_whitespace=True, pattern=r"^[A-Za-z0-9]{4,20}$")]
Hash = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9A-Fa-f]{64}$")]
SubmissionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Message(BaseModel):
    """The base of all messages: frozen; a server may add fields that an older client does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


# ── before signing in ────────────────────────────────────────────────────────────────────────────────────────────


class Landing(Message):
    """What the landing page shows before anybody has signed in."""

    name: str
    operator: str
    version: str
    timezone: str
    now: datetime
    demo: bool = False
    notices: tuple[str, ...] = ()
    existing_ecp: str | None = None


class LoginTransaction(Message):
    """The redirect session of the landing page: lives 5 minutes, used once (FAQ Q3)."""

    transaction: str
    expires: datetime


class SignIn(Message):
    """One form: login ID, password and One-Time-Password."""

    transaction: Annotated[str, StringConstraints(max_length=200)]
    login_id: Annotated[str, StringConstraints(max_length=200)]
    password: Annotated[str, StringConstraints(max_length=1024)] = Field(repr=False)
    otp: Annotated[str, StringConstraints(max_length=64)] = Field(repr=False)


class Ticket(Message):
    """The hand-off from Client Connect to the session: lives 60 s, used once."""

    ticket: str = Field(repr=False)
    expires: datetime


class TicketUse(Message):
    ticket: Annotated[str, StringConstraints(max_length=200)] = Field(repr=False)


class NewSession(Message):
    """An opened session; `token` is the bearer token, shown this once."""

    token: str = Field(repr=False)
    me: Me


# ── who I am ─────────────────────────────────────────────────────────────────────────────────────────────────────


class IdentityName(Message):
    """One identity code of a company, under one user type."""

    identity_code: str
    name: str
    user_type: str


class FunctionName(Message):
    function: str
    title: str
    identity_codes: tuple[str, ...] = ()


class Person(Message):
    """Somebody to ask: no phone, no e-mail."""

    login_id: str
    name: str


class Me(Message):
    """The account that is signed in, and until when."""

    login_id: str
    name: str
    kind: Kind
    company: str | None
    company_name: str
    functions: tuple[FunctionName, ...]
    functions_missing: tuple[FunctionName, ...] = ()
    """Those of the company's user types that would open ECP and that this account does not hold."""
    identities: tuple[IdentityName, ...]
    delegated_administrators: tuple[Person, ...]
    services: tuple[str, ...] = ()
    enters_ecp: bool
    expires: datetime
    idle_expires: datetime
    last_sign_in: datetime | None = None
    last_source: str | None = None
    users: int | None = None
    quota: int | None = None


# ── folders ──────────────────────────────────────────────────────────────────────────────────────────────────────


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
    """The folder's dates and times in one sentence."""
    cut_off: time | None = None
    size_limit: int
    route: Literal["ecp2", "existing"] = "ecp2"
    batch: str | None = None
    sample: bool = False
    identities: tuple[IdentityName, ...] = ()
    default_input_date: date | None = None
    """The latest input date still due, what a form starts with."""
    latest: datetime | None = None
    """When the account's company was last heard in this folder."""
    files: int = 0
    """Current versions received in the last 30 days, counted to 1,000."""


# ── home ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Due(Message):
    """One obligation of today: a folder, an identity, an input date and its cut-off."""

    folder: str
    title: str
    identity_code: str
    input_date: date
    cut_off: datetime
    state: DueState
    received: datetime | None = None
    log_index: int | None = None


class Home(Message):
    """What needs me."""

    now: datetime
    due: tuple[Due, ...]
    refused: tuple[Activity, ...]
    """The latest refusals of the last 7 days that no acceptance of the same name has followed."""


# ── submission ───────────────────────────────────────────────────────────────────────────────────────────────────


class CheckRequest(Message):
    """What is about to be submitted; the verdict is the one an upload would get, without one."""

    folder: Annotated[str, StringConstraints(max_length=40)]
    identity_code: Annotated[str, StringConstraints(max_length=40)]
    input_date: date
    file_name: Annotated[str, StringConstraints(max_length=1000)]
    size: Annotated[int, Field(ge=0)]
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
    fault: int | None = None
    fault_title: str | None = None
    fault_what: str | None = None
    fault_remedy: str | None = None
    count: int | None = None
    """How many refusals this row stands for, where they were too many to list."""


class Receipt(Message):
    """An accepted submission: its activity, and the receipt's text, which is the log's leaf."""

    activity: Activity
    receipt: str
    leaf_hash: str
    replayed: bool = False
    """True where the same submission id, or the same bytes as the current version, had been accepted before."""


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


# ── the demo ─────────────────────────────────────────────────────────────────────────────────────────────────────


class DemoPerson(Message):
    """One of the people one can be in the demo."""

    login_id: str
    name: str
    company: str
    role: str
    to_try: str


class DemoCredentials(Message):
    """What a person would type; made fresh, so that the code works. `wait` seconds pass until it does."""

    login_id: str
    password: str = Field(repr=False)
    otp: str = Field(repr=False)
    wait: float = 0.0


class DemoWorld(Message):
    """Where the demo's samples lie, and the lines that reach its SFTP endpoint."""

    samples: str
    sftp_lines: tuple[str, ...]
    ssh_host: str
    ssh_port: int
    host_key_fingerprint: str
    samples_listing: tuple[tuple[str, str], ...]
    """File name and what becomes of it."""


NewSession.model_rebuild()
Home.model_rebuild()
Check.model_rebuild()
