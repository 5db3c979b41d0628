"""Publications: what was published, and its bytes, from wherever a reader goes on."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from backend.contract import paths
from backend.contract.messages import PublicationFilter, PublicationPage, PublicationQuery
from backend.core.actor import Actor
from backend.core.publications import Published
from backend.core.services import Services
from backend.doors.http.activity import LogIndex
from backend.doors.http.ranges import asked_span
from backend.doors.http.sending import Sending
from backend.doors.http.signed_in import OnServices, SignedIn, Token

router = APIRouter(tags=["publications"])
_PARTIAL: Final = 206
_BYTES: Final[dict[str, Any]] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The whole file.", "content": _BYTES},
    _PARTIAL: {"description": "The bytes asked for.", "content": _BYTES},
}


@router.get(paths.PUBLICATIONS)
def page(actor: SignedIn, services: OnServices, query: Annotated[PublicationQuery, Query()]) -> PublicationPage:
    wanted = PublicationFilter.model_validate(query.model_dump())
    return services.downloads.page(actor, wanted, query.cursor, query.limit)


@router.get(paths.PUBLICATIONS + "/{log_index}/content", response_class=Response, responses=_ANSWERS)
async def content(
    actor: SignedIn, services: OnServices, token: Token, request: Request, log_index: LogIndex
) -> Response:
    published = await run_in_threadpool(services.downloads.one, actor, log_index)
    etag = f'"{published.sha256}"'
    span = asked_span(request.headers, published.size, etag)
    headers = {
        "etag": etag,
        "accept-ranges": "bytes",
        "repr-digest": f"sha-256=:{b64encode(bytes.fromhex(published.sha256)).decode()}:",
        "content-disposition": f'attachment; filename="{published.file_name}"',
    }
    if span is not None:
        headers["content-range"] = f"bytes {span[0]}-{span[1] - 1}/{published.size}"
    return Sending(
        partial(services.downloads.open, actor, published),
        span or (0, published.size),
        partial(_still, services, actor, token, published),
        services.access_watch.listen,
        status_code=200 if span is None else _PARTIAL,
        headers=headers,
    )


def _still(services: Services, actor: Actor, token: str, published: Published) -> None:
    services.sessions.actor(token, actor.channel, actor.source, background=True)
    services.downloads.refuse_no_longer(actor, published)
