"""Change requests."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from backend.contract import paths
from backend.contract.messages import Approval, ChangeRequest, Decision, NewRequest, RequestPage, Revision
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["change requests"])
RequestId = Annotated[int, Path(ge=1, lt=1 << 31)]
Filter = Annotated[str | None, Query(max_length=40)]


@router.get(paths.REQUESTS)
def page(
    actor: SignedIn,
    services: OnServices,
    state: Filter = None,
    kind: Filter = None,
    company: Filter = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> RequestPage:
    return services.requests.views.page(actor, state, kind, company, cursor)


@router.post(paths.REQUESTS)
def make(actor: SignedIn, services: OnServices, new: NewRequest) -> ChangeRequest:
    return services.requests.make(actor, new)


@router.get(paths.REQUESTS + "/{request_id}")
def one(actor: SignedIn, services: OnServices, request_id: RequestId) -> ChangeRequest:
    return services.requests.views.one(actor, request_id)


@router.put(paths.REQUESTS + "/{request_id}")
def revise(actor: SignedIn, services: OnServices, request_id: RequestId, revision: Revision) -> ChangeRequest:
    return services.requests.revise(actor, request_id, revision)


@router.post(paths.REQUESTS + "/{request_id}/approve")
def approve(actor: SignedIn, services: OnServices, request_id: RequestId, approval: Approval) -> ChangeRequest:
    return services.requests.approve(actor, request_id, approval)


@router.post(paths.REQUESTS + "/{request_id}/{act}")
def decide(
    actor: SignedIn,
    services: OnServices,
    request_id: RequestId,
    act: Literal["reject", "return", "withdraw"],
    decision: Decision,
) -> ChangeRequest:
    return services.requests.decide(actor, request_id, act, decision)
