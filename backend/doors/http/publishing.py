"""Publishing: operators put a file into a download folder, see what stands there, and withdraw it."""

from __future__ import annotations

from functools import partial
from itertools import chain, islice
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from backend.contract import paths
from backend.contract.faults import INCOMPLETE_UPLOAD, Refused
from backend.contract.messages import Message, Publication
from backend.core.claims import Upload
from backend.doors.http.guards import declared_size
from backend.doors.http.signed_in import OnServices, SignedIn
from backend.doors.http.submissions import blocks_of

router = APIRouter(tags=["publishing"])
_MOST: Final = 500
_Code = Annotated[str, Query(max_length=40)]


class PlaceQuery(Message):
    """A download folder, and for whom."""

    folder: _Code
    identity_code: _Code


class NamedQuery(PlaceQuery):
    """One name there."""

    file_name: Annotated[str, Query(max_length=1000)]


class WithdrawQuery(NamedQuery):
    """Withdrawing it, and why."""

    reason: Annotated[str, Query(max_length=500)] = ""


@router.get(paths.PUBLISHED)
def stands(actor: SignedIn, services: OnServices, query: Annotated[PlaceQuery, Query()]) -> tuple[Publication, ...]:
    """The newest of them."""
    pages = services.publishing.published(actor, query.folder, query.identity_code)
    return services.publishing.shown(*islice(chain.from_iterable(pages), _MOST))


@router.put(paths.PUBLISHED)
async def publish(
    actor: SignedIn, services: OnServices, request: Request, query: Annotated[NamedQuery, Query()]
) -> Publication:
    size = declared_size(request.headers)
    begin = partial(services.publishing.begin, actor, **query.model_dump())
    upload = await run_in_threadpool(begin)
    taken = await _received(upload, request, size)
    published = await run_in_threadpool(services.publishing.finish, actor, upload, taken if size is None else size)
    return (await run_in_threadpool(services.publishing.shown, published))[0]


@router.delete(paths.PUBLISHED, status_code=204)
def withdraw(actor: SignedIn, services: OnServices, query: Annotated[WithdrawQuery, Query()]) -> None:
    services.publishing.withdraw(actor, **query.model_dump())


async def _received(upload: Upload, request: Request, size: int | None) -> int:
    """Streams the body in, and returns how long it was; nothing is kept of one that broke off."""
    taken = 0
    try:
        await run_in_threadpool(upload.refuse_beyond, size or 0)
        async for block in blocks_of(request):
            await run_in_threadpool(upload.write, taken, block)
            taken += len(block)
    except ClientDisconnect as error:
        await run_in_threadpool(upload.staging.abandon)
        raise Refused(INCOMPLETE_UPLOAD, received=taken, expected="more" if size is None else size) from error
    except BaseException:
        await run_in_threadpool(upload.staging.abandon)
        raise
    return taken
