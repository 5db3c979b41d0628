"""Publishing: operators put a file into a download folder for one or for many, see what stands, and withdraw it."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from backend.contract import paths
from backend.contract.faults import INCOMPLETE_UPLOAD, Refused
from backend.contract.messages import (
    NewPublication,
    PublishCheck,
    PublishCheckRequest,
    PublishedDetail,
    PublishedPage,
    PublishedQuery,
    PublishOptions,
    PublishOutcome,
    Withdrawal,
    WithdrawNamed,
)
from backend.core.claims import Upload
from backend.doors.http.activity import LogIndex
from backend.doors.http.guards import declared_size
from backend.doors.http.signed_in import OnServices, SignedIn
from backend.doors.http.submissions import blocks_of

router = APIRouter(tags=["publishing"])
_ONE: Final = paths.EDITIONS + "/{log_index}"


@router.put(paths.PUBLISHED)
async def publish(
    actor: SignedIn, services: OnServices, request: Request, query: Annotated[NewPublication, Query()]
) -> PublishOutcome:
    size = declared_size(request.headers)
    upload = await run_in_threadpool(services.publishing.begin, actor, query.folder, query.to, query.file_name)
    taken = await _received(upload, request, size)
    whole = taken if size is None else size
    done = await run_in_threadpool(partial(services.publishing.finish, actor, upload, whole, notice=query.notice))
    return await run_in_threadpool(services.published_files.outcome, done)


@router.delete(paths.PUBLISHED, status_code=204)
def withdraw(actor: SignedIn, services: OnServices, query: Annotated[WithdrawNamed, Query()]) -> None:
    services.publishing.withdraw(actor, **query.model_dump())


@router.get(paths.PUBLISH_OPTIONS)
def options(actor: SignedIn, services: OnServices) -> PublishOptions:
    return services.published_files.options(actor)


@router.post(paths.PUBLISH_CHECKS)
def check(actor: SignedIn, services: OnServices, wanted: PublishCheckRequest) -> PublishCheck:
    return services.published_files.check(actor, wanted)


@router.get(paths.EDITIONS)
def editions(actor: SignedIn, services: OnServices, query: Annotated[PublishedQuery, Query()]) -> PublishedPage:
    return services.published_files.page(actor, query)


@router.get(_ONE)
def edition(actor: SignedIn, services: OnServices, log_index: LogIndex) -> PublishedDetail:
    return services.published_files.one(actor, log_index)


@router.post(_ONE + "/withdraw", status_code=204)
def withdraw_edition(actor: SignedIn, services: OnServices, log_index: LogIndex, why: Withdrawal) -> None:
    services.publishing.withdraw_edition(actor, log_index, why.reason, why.identity_code)


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
