"""Change requests as they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from backend.contract.messages import Line, RequestKind, RequestState, Side


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
        subject: str | None = None,
        limit: int = 200,
    ) -> list[StoredRequest]:
        """Newest first; those still open before those decided."""
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
        self, request_id: int, rev: int, state: RequestState, checker_id: int | None, now: datetime, reason: str = ""
    ) -> bool:
        """From submitted, or for its maker from any open state; false where it was decided, or is another revision."""
        ...

    def void_requests_of(self, account_id: int, login_id: str, now: datetime) -> None:
        """What a closed account made, and what is about it, is void."""
        ...

    def expire_requests(self, now: datetime) -> list[StoredRequest]:
        """Those whose time is over, which are expired from now on."""
        ...
