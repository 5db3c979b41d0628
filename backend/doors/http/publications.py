"""Publications: what was published, and its bytes, from wherever a reader goes on."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from backend.contract import paths
from backend.contract.messages import PublicationFilter, PublicationPage, PublicationQuery
from backend.core.actor import Actor
from backend.core.publications import Published
from backend.core.services import Services
from backend.doors.http.activity import LogIndex
from backend.doors.http.sending import FILE_ANSWERS, sent
from backend.doors.http.signed_in import OnServices, SignedIn, Token

router = APIRouter(tags=["publications"])


@router.get(paths.PUBLICATIONS)
def page(actor: SignedIn, services: OnServices, query: Annotated[PublicationQuery, Query()]) -> PublicationPage:
    wanted = PublicationFilter.model_validate(query.model_dump())
    return services.downloads.page(actor, wanted, query.cursor, query.limit)


@router.get(paths.PUBLICATIONS + "/{log_index}/content", response_class=Response, responses=FILE_ANSWERS)
async def content(
    actor: SignedIn, services: OnServices, token: Token, request: Request, log_index: LogIndex
) -> Response:
    published = await run_in_threadpool(services.downloads.one, actor, log_index)
    return sent(
        request,
        published.file_name,
        published.size,
        published.sha256,
        partial(services.downloads.open, actor, published),
        partial(_still, services, actor, token, published),
        services.access_watch.listen,
    )


def _still(services: Services, actor: Actor, token: str, published: Published) -> None:
    services.sessions.actor(token, actor.channel, actor.source, background=True)
    services.downloads.refuse_no_longer(actor, published)
