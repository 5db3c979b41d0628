"""Obligations: the operator's board, everybody's own deadlines, and the calendar they follow from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from backend.contract import paths
from backend.contract.messages import (
    Arrivals,
    Board,
    Day,
    Message,
    ObligationFilter,
    ObligationPage,
    ObligationQuery,
    TradingYear,
)
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["obligations"])


class LineQuery(Message):
    """One line of the board."""

    folder: Annotated[str, Query(max_length=40)]
    input_date: Day


@router.get(paths.BOARD)
def board(actor: SignedIn, services: OnServices) -> Board:
    return services.obligations.board(actor)


@router.get(paths.OBLIGATIONS)
def obligations(actor: SignedIn, services: OnServices, query: Annotated[ObligationQuery, Query()]) -> ObligationPage:
    wanted = ObligationFilter.model_validate(query.model_dump(exclude={"cursor", "limit"}))
    return services.obligations.page(actor, wanted, query.cursor, query.limit)


@router.get(paths.ARRIVALS)
def arrivals(actor: SignedIn, services: OnServices, query: Annotated[LineQuery, Query()]) -> Arrivals:
    return services.obligations.arrivals(actor, query.folder, query.input_date)


@router.get(paths.CALENDAR)
def calendar(actor: SignedIn, services: OnServices, year: Annotated[int, Query(ge=2000, le=2200)]) -> TradingYear:
    return services.obligations.year(actor, year)
