"""Activity Enquiry and receipts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse

from backend.contract import paths
from backend.contract.messages import ActivityFilter, ActivityPage, ActivityQuery, NewExplanation, Receipt
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["activity"])
LogIndex = Annotated[int, Path(ge=0, lt=1 << 53)]


@router.get(paths.ACTIVITY)
def page(actor: SignedIn, services: OnServices, query: Annotated[ActivityQuery, Query()]) -> ActivityPage:
    wanted = ActivityFilter.model_validate(query.model_dump())
    return services.activity.page(actor, wanted, query.cursor, query.limit)


@router.get(paths.ACTIVITY + "/{log_index}")
def one(actor: SignedIn, services: OnServices, log_index: LogIndex) -> Receipt:
    return services.activity.one(actor, log_index)


@router.post(paths.ACTIVITY + "/{log_index}/explanation")
def explain(actor: SignedIn, services: OnServices, log_index: LogIndex, said: NewExplanation) -> Receipt:
    return services.explaining.explain(actor, log_index, said.explanation)


@router.get(paths.RECEIPTS + "/{log_index}", response_class=PlainTextResponse)
def receipt(actor: SignedIn, services: OnServices, log_index: LogIndex) -> str:
    return services.activity.one(actor, log_index).receipt
