"""What holds for every change request: how long it waits, who is refused, and which key is meant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from backend.contract.faults import (
    KEY_NOT_ACCEPTABLE,
    NOT_FOUND,
    NOT_UNDERSTOOD,
    REQUEST_CLOSED,
    Refused,
)
from backend.contract.messages import (
    Proposal,
)
from backend.contract.rules.public_keys import fingerprint_end
from backend.core.actor import Actor
from backend.core.client_connect.changes import Plan
from backend.core.client_connect.changes.digest import digest_of
from backend.core.client_connect.ports.requests import StoredRequest
from backend.core.client_connect.request_people import grants_too, proposal_of
from backend.core.gate import refuse_to_check, sees_request
from backend.core.rows import Rows

LIFE: Final = timedelta(days=7)
DRAFT_LIFE: Final = timedelta(days=30)
MOST_OPEN: Final = 20
MOST_AN_HOUR: Final = 60
MOST_OPEN_OF_A_CHECKER: Final = 200
CLOSED_KEPT: Final = timedelta(days=90)
"""How long a closed account keeps its e-mail address."""

_EXPIRED: Final = {
    "submitted": "nobody decided it within 7 days",
    "returned": "nobody revised it within 7 days",
    "draft": "it was a draft for 30 days",
}


def new_request(
    plan: Plan, proposal: Proposal, maker: Actor, rev: int, now: datetime, *, submit: bool
) -> StoredRequest:
    return StoredRequest(
        id=0,
        side=plan.side,
        company=plan.company,
        kind=proposal.kind,
        subject=plan.subject,
        maker_id=maker.account.id,
        state="submitted" if submit else "draft",
        rev=rev,
        proposal=proposal.model_dump(mode="json"),
        lines=plan.lines,
        digest=digest_of(plan, proposal, rev),
        made=now,
        expires=now + (LIFE if submit else DRAFT_LIFE),
    )


def seen(rows: Rows, actor: Actor, request_id: int) -> StoredRequest:
    request = rows.change_request(request_id)
    if request is None or not sees_request(actor, request):
        raise Refused(NOT_FOUND)
    return request


def refuse_closed(request: StoredRequest, now: datetime, *, for_checking: bool = False) -> None:
    if request.state in _EXPIRED and request.expires is not None and now >= request.expires:
        raise Refused(REQUEST_CLOSED, what=f"It expired: {_EXPIRED[request.state]}.")
    open_states = ("submitted",) if for_checking else ("draft", "submitted", "returned")
    if request.state not in open_states:
        raise Refused(REQUEST_CLOSED, what=f"It is {request.state} and waits for no checker.")


def refuse_checker(rows: Rows, checker: Actor, request: StoredRequest) -> None:
    maker = rows.account_by_id(request.maker_id)
    if maker is None:
        raise Refused(NOT_FOUND)
    grants = grants_too(proposal_of(request))
    refuse_to_check(checker, request.kind, request.side, request.subject, maker, grants=grants)


def refuse_other_key(plan: Plan, typed: str) -> None:
    if plan.fingerprint and fingerprint_end(typed) != fingerprint_end(plan.fingerprint):
        raise Refused(
            KEY_NOT_ACCEPTABLE,
            what="These are not the last 8 characters of the fingerprint of the key that was handed in.",
            fix="Ask the key's owner, not its maker, to read them to you from: ssh-keygen -lf KEY.pub",
        )


def refuse_flood(rows: Rows, maker: Actor, now: datetime) -> None:
    """Checkers read and are told of each: one person may not have them do nothing else."""
    checks = maker.company is None or bool(maker.account.services)
    most_open = MOST_OPEN_OF_A_CHECKER if checks else MOST_OPEN
    if rows.open_requests(maker.account.id) >= most_open:
        raise Refused(NOT_UNDERSTOOD, what=f"You have {most_open} open requests: withdraw some, or wait for them.")
    if not checks and rows.requests_made(maker.account.id, now - timedelta(hours=1)) >= MOST_AN_HOUR:
        raise Refused(NOT_UNDERSTOOD, what=f"You made {MOST_AN_HOUR} requests within an hour: wait a while.")
