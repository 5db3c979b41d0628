"""Submissions: a check without an upload, and the upload as a streamed raw body."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from backend.contract import paths
from backend.contract.faults import INCOMPLETE_UPLOAD, Refused
from backend.contract.messages import Check, CheckRequest, Hash, Message, Receipt, SubmissionId
from backend.core.actor import Actor
from backend.core.claims import Claim, Upload
from backend.core.services import Services
from backend.doors.http.guards import declared_size
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["submissions"])
BLOCK: Final = 1 << 20


class SubmissionQuery(Message):
    """What the body is said to be."""

    folder: Annotated[str, Query(max_length=40)]
    identity_code: Annotated[str, Query(max_length=40)]
    input_date: date
    file_name: Annotated[str, Query(max_length=1000)]
    sha256: Hash | None = None


@router.post(paths.CHECKS)
def check(actor: SignedIn, services: OnServices, request: CheckRequest) -> Check:
    return services.submissions.check(actor, request)


@router.put(paths.SUBMISSIONS + "/{submission_id}")
async def submit(
    actor: SignedIn,
    services: OnServices,
    request: Request,
    submission_id: SubmissionId,
    query: Annotated[SubmissionQuery, Query()],
) -> Receipt:
    claim = Claim(submission_id, **query.model_dump(), size=declared_size(request.headers))
    begun = await run_in_threadpool(services.submissions.begin, actor, claim)
    if isinstance(begun, Receipt):
        return begun
    return await _received(services, actor, begun, request)


async def _received(services: Services, actor: Actor, upload: Upload, request: Request) -> Receipt:
    """Streams the body into the upload, then finishes it; whatever ends the stream early leaves nothing."""
    offset = 0
    try:
        async for block in _blocks(request):
            await run_in_threadpool(upload.write, offset, block)
            offset += len(block)
    except ClientDisconnect as error:
        upload.staging.abandon()
        raise Refused(INCOMPLETE_UPLOAD, received=offset, expected=upload.claim.size or "?") from error
    except Refused as refused:
        await run_in_threadpool(services.submissions.give_up, actor, upload, refused)
    except BaseException:
        upload.staging.abandon()
        raise
    return await run_in_threadpool(services.submissions.finish, actor, upload)


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    """The body in blocks of about 1 MiB, so that a thread is asked rarely and memory stays small."""
    waiting = bytearray()
    async for chunk in request.stream():
        waiting += chunk
        if len(waiting) >= BLOCK:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)
