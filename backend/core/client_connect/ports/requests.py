"""Change requests as they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from backend.contract.messages import Line, RequestKind, RequestState, Side
from backend.core.accounts import Account

OF_THE_PLATFORM: Final[tuple[RequestKind, ...]] = (
    "set-holidays",
    "close-market",
    "extend-cut-off",
    "exempt",
    "plan-batch",
    "decommission",
    "change-folder",
    "change-function",
    "accept-loss",
)
"""What operators alone make and check: their subject is a folder, a day, a batch, the log."""
NOT_OF_ACCOUNTS: Final[tuple[RequestKind, ...]] = ("apply-form", "close-company", *OF_THE_PLATFORM)
"""Their subject is none of an account's; every other kind's is a login ID."""


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """One change request. `lines` and `digest` are of the revision as it was submitted."""

    id: int
    side: Side
    company: str | None
    kind: RequestKind
    subject: str
    maker_id: int
    state: RequestState
    rev: int
    proposal: dict[str, Any]
    lines: tuple[Line, ...]
    digest: str
    made: datetime
    expires: datetime | None
    checker_id: int | None = None
    decided: datetime | None = None
    reason: str = ""

    def is_about(self, login_id: str, company: str | None) -> bool:
        """Whether its subject is this account, and not a company or another company's account of that name."""
        return self.subject == login_id and self.company == company and self.kind not in NOT_OF_ACCOUNTS


@dataclass(frozen=True, slots=True)
class RequestScope:
    """Whose requests are listed: those of one side (`None`: both), of one company, about or made by one account."""

    company: str | None = None
    side: Side | None = None
    account_id: int | None = None
    """Only what this account made, or is about."""
    login_id: str | None = None
    drafts_of: int | None = None
    """Whose drafts are shown; nobody else's are."""


class RequestRows(Protocol):
    """What is read, in one snapshot."""

    def change_request(self, request_id: int) -> StoredRequest | None: ...

    def change_requests(
        self,
        scope: RequestScope,
        *,
        states: tuple[RequestState, ...] | None = None,
        kinds: tuple[RequestKind, ...] | None = None,
        about: Account | None = None,
        after: tuple[bool, int] | None = None,
        limit: int = 200,
    ) -> list[StoredRequest]:
        """Newest first; those still open before those decided."""
        ...

    def open_requests(self, maker_id: int) -> int:
        """How many of this maker's nobody has decided."""
        ...

    def requests_made(self, maker_id: int, since: datetime) -> int:
        """How many this maker made since then, whatever became of them."""
        ...


class RequestUnit(Protocol):
    """What one unit writes."""

    def add_request(self, new: StoredRequest) -> int:
        """Its number; `id` of `new` counts nothing."""
        ...

    def revise_request(self, request: StoredRequest, before: int) -> bool:
        """Puts the revision in place of revision `before`; false where it is no longer open."""
        ...

    def decide_request(
        self,
        request_id: int,
        rev: int,
        state: RequestState,
        checker_id: int | None,
        now: datetime,
        reason: str = "",
        expires: datetime | None = None,
    ) -> bool:
        """From submitted, or for its maker from any open state; false where it was decided, or is another revision.

        `expires`: until when it now waits; `None` leaves that as it is.
        """
        ...

    def void_orphans(self, now: datetime) -> list[StoredRequest]:
        """Those whose maker, subject or company is closed, which are void from now on."""
        ...

    def expire_requests(self, now: datetime) -> list[StoredRequest]:
        """Those whose time is over, which are expired from now on."""
        ...
