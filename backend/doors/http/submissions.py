"""Submissions: a check without an upload, and the upload as a streamed raw body."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from backend.contract import paths
from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.messages import (
    Check,
    CheckRequest,
    Explanation,
    Hash,
    Message,
    Receipt,
    SubmissionId,
    SubmissionProgress,
)
from backend.core.actor import Actor
from backend.core.claims import Claim
from backend.core.services import Services
from backend.core.unfinished import Line
from backend.doors.http.guards import declared_size
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["submissions"])
BLOCK: Final = 1 << 20
RANGE: Final = r"^bytes ([0-9]{1,18}-[0-9]{1,18}|\*)/[0-9]{1,18}$"
"""Of RFC 9110: `bytes 1200-1999/2000` goes on after 1,200 bytes of 2,000; `bytes */2000` has nothing left to send."""


class SubmissionQuery(Message):
    """What the body is said to be."""

    folder: Annotated[str, Query(max_length=40)]
    identity_code: Annotated[str, Query(max_length=40)]
    input_date: date
    file_name: Annotated[str, Query(max_length=1000)]
    sha256: Hash | None = None
    explanation: Explanation | None = None


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
    content_range: Annotated[str | None, Header(pattern=RANGE)] = None,
) -> Receipt:
    offset, size = _part(content_range, declared_size(request.headers))
    claim = Claim(submission_id, **query.model_dump(), size=size)
    begun = await run_in_threadpool(services.unfinished.begin, actor, claim, offset)
    if isinstance(begun, Receipt):
        return begun
    return await _received(services, actor, begun, request)


@router.get(paths.SUBMISSIONS + "/{submission_id}")
def progress(actor: SignedIn, services: OnServices, submission_id: SubmissionId) -> SubmissionProgress:
    return services.unfinished.progress(actor, submission_id)


@router.delete(paths.SUBMISSIONS + "/{submission_id}")
def let_go(actor: SignedIn, services: OnServices, submission_id: SubmissionId) -> SubmissionProgress:
    return services.unfinished.let_go(actor, submission_id)


def _part(content_range: str | None, declared: int | None) -> tuple[int, int | None]:
    """Where the body goes on, and how long the whole file is; it always goes on to the file's end."""
    if content_range is None:
        return 0, declared
    part, _, whole = content_range.removeprefix("bytes ").partition("/")
    size = int(whole)
    first, _, last = part.partition("-")
    offset, end = (size, size) if part == "*" else (int(first), int(last) + 1)
    if end != size or offset > end or declared not in (None, end - offset):
        raise Refused(NOT_UNDERSTOOD, what="Content-Range is not the rest of the file, or not what the body holds.")
    return offset, size


async def _received(services: Services, actor: Actor, line: Line, request: Request) -> Receipt:
    """Streams the body in, then finishes; what arrived before the line broke is kept to go on from."""
    unfinished = services.unfinished
    try:
        async for block in blocks_of(request):
            await run_in_threadpool(line.write, block)
    except ClientDisconnect as error:
        await run_in_threadpool(unfinished.leave, line)
        raise line.missing from error
    except Refused as refused:
        await run_in_threadpool(unfinished.give_up, actor, line, refused)
    except BaseException:
        unfinished.drop(line)
        raise
    return await run_in_threadpool(unfinished.finish, actor, line)


async def blocks_of(request: Request) -> AsyncIterator[bytes]:
    """The body in blocks of about 1 MiB, so that a thread is asked rarely and memory stays small."""
    waiting = bytearray()
    try:
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= BLOCK:
                yield bytes(waiting)
                waiting.clear()
    except ClientDisconnect:
        if waiting:
            yield bytes(waiting)
        raise
    if waiting:
        yield bytes(waiting)
