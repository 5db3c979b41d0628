"""Change requests: what a maker proposes, what a checker sees, what both decide."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from backend.contract.messages.base import (
    Ask,
    CompanyCode,
    Email,
    EmailKind,
    Hash,
    IdentityCode,
    Kind,
    LoginId,
    Message,
    Name,
    Phone,
    Words,
)
from backend.contract.messages.forms import Form
from backend.contract.messages.platform_requests import (
    AcceptLoss,
    ChangeFolder,
    ChangeFunction,
    CloseMarket,
    Decommission,
    Exempt,
    ExtendCutOff,
    PlanBatch,
    SetHolidays,
)
from backend.contract.messages.sign_in import Person

RequestState = Literal["draft", "submitted", "returned", "applied", "rejected", "withdrawn", "expired", "void"]
Side = Literal["company", "operator"]
"""Who checks: the company's delegated administrators, or the operator's staff."""
RequestAct = Literal["approve", "reject", "return", "withdraw", "revise"]
FunctionCode = Annotated[str, StringConstraints(max_length=40)]


class GrantWish(Ask):
    """One function, for these identity codes of the company."""

    function: FunctionCode
    identity_codes: Annotated[tuple[IdentityCode, ...], Field(min_length=1, max_length=50)]


class _Proposal(Ask):
    note: Words = ""
    """The maker's words to the checker."""


class CreateUser(_Proposal):
    """A new account: a business user of the company, or for the operator an operator or auditor."""

    kind: Literal["create-user"] = "create-user"
    account_kind: Kind = "business"
    login_id: LoginId
    name: Name
    email: Email
    email_kind: EmailKind = "personal"
    phone: Phone
    grants: Annotated[tuple[GrantWish, ...], Field(max_length=50)] = ()


class ChangeUser(_Proposal):
    """Name, e-mail and telephone as they shall be."""

    kind: Literal["change-user"] = "change-user"
    login_id: LoginId
    name: Name
    email: Email
    email_kind: EmailKind = "personal"
    phone: Phone


class GrantFunctions(_Proposal):
    """All functions as they shall be held. `sftp_folders` narrows `EU_ECPSFTP`; `None` means all it opens."""

    kind: Literal["grant-functions"] = "grant-functions"
    login_id: LoginId
    grants: Annotated[tuple[GrantWish, ...], Field(max_length=50)]
    sftp_folders: Annotated[tuple[FunctionCode, ...], Field(max_length=100)] | None = None


class CloseUser(_Proposal):
    kind: Literal["close-user"] = "close-user"
    login_id: LoginId


class UnlockUser(_Proposal):
    kind: Literal["unlock-user"] = "unlock-user"
    login_id: LoginId


class ResetOtp(_Proposal):
    """The authenticator is gone: a mail then leads its owner through enrolling a new one."""

    kind: Literal["reset-otp"] = "reset-otp"
    login_id: LoginId


class Reinvite(_Proposal):
    """A new invitation, in place of one that expired."""

    kind: Literal["reinvite"] = "reinvite"
    login_id: LoginId


class LiftSuspension(_Proposal):
    kind: Literal["lift-suspension"] = "lift-suspension"
    login_id: LoginId


class RegisterKey(_Proposal):
    """A public key for SFTP; the checker types the last 8 characters of its fingerprint, got from its owner."""

    kind: Literal["register-key"] = "register-key"
    login_id: LoginId
    public_key: Annotated[str, StringConstraints(max_length=20_000)]


class RegisterAddress(_Proposal):
    """An address, or a network no wider than /24 or /64."""

    kind: Literal["register-address"] = "register-address"
    login_id: LoginId
    network: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


class ApplyForm(_Proposal):
    """A form as the operator's maker keyed it in; `sha256` is that of the document that was sent in."""

    kind: Literal["apply-form"] = "apply-form"
    form: Form
    sha256: Hash | None = None


class CloseCompany(_Proposal):
    kind: Literal["close-company"] = "close-company"
    company: CompanyCode


Proposal = Annotated[
    CreateUser
    | ChangeUser
    | GrantFunctions
    | CloseUser
    | UnlockUser
    | ResetOtp
    | Reinvite
    | LiftSuspension
    | RegisterKey
    | RegisterAddress
    | ApplyForm
    | CloseCompany
    | SetHolidays
    | CloseMarket
    | ExtendCutOff
    | Exempt
    | PlanBatch
    | Decommission
    | ChangeFolder
    | ChangeFunction
    | AcceptLoss,
    Field(discriminator="kind"),
]
RequestKind = Literal[
    "create-user",
    "change-user",
    "grant-functions",
    "close-user",
    "unlock-user",
    "reset-otp",
    "reinvite",
    "lift-suspension",
    "register-key",
    "register-address",
    "apply-form",
    "close-company",
    "set-holidays",
    "close-market",
    "extend-cut-off",
    "exempt",
    "plan-batch",
    "decommission",
    "change-folder",
    "change-function",
    "accept-loss",
]
REQUEST_KINDS: tuple[RequestKind, ...] = get_args(RequestKind)


class NewRequest(Ask):
    """`submit` false keeps it as a draft, which only its maker sees."""

    proposal: Proposal
    submit: bool = True


class Revision(Ask):
    """The same kind of proposal for the same subject, in other words: it becomes the next revision."""

    rev: int
    proposal: Proposal
    submit: bool = True


class Approval(Ask):
    """Approves exactly what was shown; `fingerprint_end` is for keys."""

    rev: int
    digest: Hash
    fingerprint_end: Annotated[str, StringConstraints(max_length=100)] = ""


class Decision(Ask):
    """A reason, for rejecting, returning or withdrawing."""

    rev: int
    reason: Words = ""


class Line(Message):
    """One thing a request changes; empty means that there is none. `weighs` marks what a checker must not overlook."""

    label: str
    before: str = ""
    after: str = ""
    weighs: bool = False


class ChangeRequest(Message):
    """One change request, as the one who asks may see it."""

    id: int
    kind: RequestKind
    title: str
    """What it does, in words: "Create user KWOK03"."""
    side: Side
    company: str | None
    company_name: str
    subject: str
    """The login ID or company it is about."""
    subject_name: str
    state: RequestState
    rev: int
    digest: str
    """SHA-256 of what was shown: kind, subject, revision and all lines."""
    lines: tuple[Line, ...]
    note: str = ""
    maker: str
    maker_name: str
    made: datetime
    expires: datetime | None = None
    checker: str | None = None
    checker_name: str | None = None
    decided: datetime | None = None
    reason: str = ""
    acts: tuple[RequestAct, ...] = ()
    """What the one who asks may do with it now."""
    why_not: str = ""
    """Why they may not approve it; empty where they may, or where nobody can any more."""
    checkers: tuple[Person, ...] = ()
    """Who may approve it now; not told in lists."""
    needs_fingerprint: bool = False
    stale: bool = False
    """Its subject has changed since; approving would void it."""
    proposal: Proposal


class RequestPage(Message):
    """Open ones first, then newest first; `waiting` counts those of the page that the one who asks may approve now."""

    items: tuple[ChangeRequest, ...]
    waiting: int
    more: bool = False
    cursor: str | None = None
    """Asks for the next page; bound to the filter and to who asks."""
