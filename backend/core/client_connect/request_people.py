"""The people around change requests: whose they are, who may check them, and why another may not."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import CreateUser, Proposal, RequestState
from backend.core.accounts import Account
from backend.core.actor import Actor
from backend.core.client_connect.ports.requests import StoredRequest
from backend.core.client_connect.standing import actor_of
from backend.core.gate import refuse_to_check, request_scope
from backend.core.rows import Rows

LARGEST_PAGE: Final = 200
_WAITING: Final = ("draft", "submitted", "returned")
_PROPOSAL: Final[TypeAdapter[Proposal]] = TypeAdapter(Proposal)


def proposal_of(request: StoredRequest) -> Proposal:
    return _PROPOSAL.validate_python(request.proposal)


class People:
    """Accounts and companies, each read once."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._accounts: dict[int, Account | None] = {}
        self._companies: dict[str, str] = {}

    def of(self, account_id: int | None) -> Account | None:
        if account_id is None:
            return None
        if account_id not in self._accounts:
            self._accounts[account_id] = self.rows.account_by_id(account_id)
        return self._accounts[account_id]

    def subject(self, request: StoredRequest) -> Account | None:
        """The account that it is about, if there is one yet."""
        found = self.rows.account(request.subject)
        return found if found is not None and request.is_about(found.login_id, found.company) else None

    def company(self, code: str | None) -> str:
        if code is None:
            return ""
        if code not in self._companies:
            found = self.rows.company(code)
            self._companies[code] = found.name if found else code
        return self._companies[code]


def waiting_for(rows: Rows, actor: Actor, now: datetime) -> int:
    """How many change requests the actor may approve now."""
    found = rows.change_requests(request_scope(actor), states=("submitted",), limit=LARGEST_PAGE)
    people = People(rows)
    return sum(why_not(people, actor, one, now) is None for one in found)


def state_of(request: StoredRequest, now: datetime) -> RequestState:
    over = request.expires is not None and now >= request.expires
    return "expired" if over and request.state in _WAITING else request.state


def why_not(people: People, actor: Actor, request: StoredRequest, now: datetime) -> Refused | None:
    """Why the actor may not check it; `None` where they may."""
    maker = people.of(request.maker_id)
    if maker is None or state_of(request, now) != "submitted":
        return Refused(NOT_FOUND)
    try:
        refuse_to_check(
            actor, request.kind, request.side, request.subject, maker, grants=grants_too(proposal_of(request))
        )
    except Refused as refused:
        return refused
    return None


def grants_too(proposal: Proposal) -> bool:
    """Whether it grants functions besides making an account."""
    return isinstance(proposal, CreateUser) and bool(proposal.grants)


def checkers_of(rows: Rows, maker: Account, request: StoredRequest) -> list[Account]:
    """Whoever may approve it now."""
    company = request.company if request.side == "company" else None
    return [one for one in rows.accounts_of(company) if _checks(rows, one, maker, request)]


def _checks(rows: Rows, account: Account, maker: Account, request: StoredRequest) -> bool:
    try:
        checker = actor_of(rows, account, "console", "-")
        refuse_to_check(
            checker, request.kind, request.side, request.subject, maker, grants=grants_too(proposal_of(request))
        )
    except Refused:
        return False
    return True
