"""The inbox: what was submitted, picking it up, and what operators do with it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from backend.contract import paths
from backend.contract.messages import InboxAct, InboxFilter, InboxPage, InboxQuery, Receipt
from backend.core.actor import Actor
from backend.core.services import Services
from backend.doors.http.activity import LogIndex
from backend.doors.http.sending import FILE_ANSWERS, sent
from backend.doors.http.signed_in import OnServices, SignedIn, Token

router = APIRouter(tags=["inbox"])
_ONE = paths.INBOX + "/{log_index}"


@router.get(paths.INBOX)
def page(actor: SignedIn, services: OnServices, query: Annotated[InboxQuery, Query()]) -> InboxPage:
    wanted = InboxFilter.model_validate(query.model_dump())
    return services.inbox.page(actor, wanted, query.cursor, query.limit)


@router.get(_ONE + "/content", response_class=Response, responses=FILE_ANSWERS)
async def content(
    actor: SignedIn,
    services: OnServices,
    token: Token,
    request: Request,
    log_index: LogIndex,
    why: Annotated[InboxAct, Query()],
) -> Response:
    row = await run_in_threadpool(services.collecting.one, actor, log_index)
    return sent(
        request,
        row.file_name or "",
        row.size or 0,
        row.sha256 or "",
        partial(services.collecting.pick_up, actor, log_index, why.reason),
        partial(_still, services, actor, token),
        services.access_watch.listen,
    )


@router.post(_ONE + "/replay")
def replay(actor: SignedIn, services: OnServices, log_index: LogIndex, why: InboxAct) -> Receipt:
    return services.inbox.replay(actor, log_index, why.reason)


@router.post(_ONE + "/withdraw")
def withdraw(actor: SignedIn, services: OnServices, log_index: LogIndex, why: InboxAct) -> Receipt:
    return services.inbox.withdraw(actor, log_index, why.reason)


@router.post(_ONE + "/return")
def give_back(actor: SignedIn, services: OnServices, log_index: LogIndex, why: InboxAct) -> Receipt:
    return services.inbox.give_back(actor, log_index, why.reason)


def _still(services: Services, actor: Actor, token: str) -> None:
    services.sessions.actor(token, actor.channel, actor.source, background=True)
    services.collecting.refuse_no_longer(actor)
