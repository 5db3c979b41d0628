"""The audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from backend.contract import paths
from backend.contract.messages import (
    LogEntry,
    LogExport,
    LogFilter,
    LogLeaves,
    LogPage,
    LogQuery,
    NewExport,
    Proof,
)
from backend.doors.http.activity import LogIndex
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["audit log"])
_Start = Annotated[int, Query(ge=0, lt=1 << 53)]
_Limit = Annotated[int, Query(ge=1, le=500)]


@router.get(paths.LOG)
def page(actor: SignedIn, services: OnServices, query: Annotated[LogQuery, Query()]) -> LogPage:
    wanted = LogFilter.model_validate(query.model_dump())
    return services.audit_trail.page(actor, wanted, query.cursor, query.limit)


@router.post(paths.LOG_EXPORTS)
def export(actor: SignedIn, services: OnServices, what: NewExport) -> LogExport:
    return services.audit_trail.export(actor, what)


@router.get(paths.LOG_EXPORTS + "/{log_index}/leaves")
def leaves(
    actor: SignedIn, services: OnServices, log_index: LogIndex, start: _Start = 0, limit: _Limit = 500
) -> LogLeaves:
    return services.audit_trail.leaves(actor, log_index, start, limit)


@router.get(paths.LOG + "/{log_index}")
def one(actor: SignedIn, services: OnServices, log_index: LogIndex) -> LogEntry:
    return services.audit_trail.one(actor, log_index)


@router.get(paths.LOG + "/{log_index}/proof")
def proof(actor: SignedIn, services: OnServices, log_index: LogIndex) -> Proof:
    return services.audit_trail.proof(actor, log_index)
