"""Who makes and who checks change requests, and who sees which."""

from __future__ import annotations

from typing import Final

from backend.contract.faults import (
    MAKER_CANNOT_CHECK,
    NOT_ALLOWED,
    NOT_FOUND,
    SAME_PERSON,
    Refused,
)
from backend.contract.messages import RequestKind, Service, Side
from backend.contract.rules.contacts import same_phone
from backend.contract.rules.forms import SERVICE_NAMES
from backend.core.accounts import Account
from backend.core.actor import Actor
from backend.core.client_connect.ports.requests import NOT_OF_ACCOUNTS, RequestScope, StoredRequest
from backend.core.gate.folders import READS_ALL, refuse_inactive

_ECP_RIGHT: Final = frozenset({"grant-functions", "register-key", "register-address"})
"""What the ECP right is for; every other kind asks for the Client Connect right."""
_FOR_OPERATORS: Final = "This is for the operator's staff, by maker and checker."
_OWN: Final = frozenset({"register-key", "register-address"})
"""What anybody may make for themselves."""


def refuse_to_propose(actor: Actor, kind: RequestKind, subject: str) -> None:
    """2002 for whoever may make no such request about anybody, before anything of its subject is looked at."""
    account = actor.account
    if account.kind == "operator" or (kind in _OWN and subject == actor.login_id):
        return
    if kind in NOT_OF_ACCOUNTS:
        raise Refused(NOT_ALLOWED, what=_FOR_OPERATORS)
    if not account.services:
        raise Refused(NOT_ALLOWED, what="This is for delegated administrators and operators, by maker and checker.")


def refuse_to_make(actor: Actor, kind: RequestKind, side: Side, subject: str, *, grants: bool = False) -> None:
    """2002 unless this role may make such a request. `grants`: it grants functions as well.

    That the subject is the maker's to see at all was asked before, by finding it.
    """
    refuse_inactive(actor.account)
    if kind in _OWN and subject == actor.login_id:
        return
    _refuse_other_side(actor, kind, side, grants=grants)


def refuse_to_check(
    actor: Actor, kind: RequestKind, side: Side, subject: str, maker: Account, *, grants: bool = False
) -> None:
    """2002 for other roles; 3003 for its maker and for whom it is about; 3006 for the maker under another name."""
    refuse_inactive(actor.account)
    _refuse_other_side(actor, kind, side, grants=grants)
    if actor.account.id == maker.id:
        raise Refused(MAKER_CANNOT_CHECK, what="You made this request yourself.", ask=actor.ask)
    if actor.login_id == subject:
        raise Refused(MAKER_CANNOT_CHECK, what="This request is about you.", ask=actor.ask)
    if same_phone(actor.account.phone, maker.phone):
        raise Refused(SAME_PERSON, what=f"{maker.login_id}, who made it, has your telephone number.")


def _refuse_other_side(actor: Actor, kind: RequestKind, side: Side, *, grants: bool) -> None:
    account = actor.account
    if side == "operator":
        if account.kind != "operator":
            raise Refused(NOT_ALLOWED, what=_FOR_OPERATORS)
        return
    needed: set[Service] = {"ecp"} if kind in _ECP_RIGHT else {"client_connect"}
    if grants:
        needed.add("ecp")
    if missing := needed - set(account.services):
        names = " and ".join(sorted(SERVICE_NAMES[one] for one in missing))
        raise Refused(NOT_ALLOWED, what=f"This is for delegated administrators with the {names} right.")


def request_scope(actor: Actor) -> RequestScope:
    """Whose change requests the actor sees: all, the company's, or those made by or about themselves."""
    refuse_inactive(actor.account)
    if actor.account.kind in READS_ALL:
        return RequestScope(drafts_of=actor.account.id)
    if actor.account.services:
        return RequestScope(company=actor.company, drafts_of=actor.account.id)
    account = actor.account
    return RequestScope(actor.company, account_id=account.id, login_id=account.login_id, drafts_of=account.id)


def sees_request(actor: Actor, request: StoredRequest) -> bool:
    """The same rule for one request."""
    scope = request_scope(actor)
    if request.state == "draft" or scope.account_id is not None:
        return request.maker_id == actor.account.id or (
            request.state != "draft" and request.is_about(actor.login_id, actor.company)
        )
    return scope.company is None or request.company == scope.company


def refuse_unseen(actor: Actor, subject: Account | None) -> Account:
    """The account, or 2001: one of another company answers exactly like one that does not exist."""
    refuse_inactive(actor.account)
    if subject is None:
        raise Refused(NOT_FOUND)
    account = actor.account
    company = bool(account.services) and subject.company == account.company
    if subject.id == account.id or account.kind in READS_ALL or company:
        return subject
    raise Refused(NOT_FOUND)


def company_seen(actor: Actor, wanted: str | None) -> str | None:
    """The company whose users are listed; 2002 for whoever administers nobody, 2001 for another company."""
    refuse_inactive(actor.account)
    if actor.account.kind in READS_ALL:
        return wanted
    if not actor.account.services:
        raise Refused(NOT_ALLOWED, what="Users are for delegated administrators and operators.")
    if wanted not in (None, actor.company):
        raise Refused(NOT_FOUND)
    return actor.company
