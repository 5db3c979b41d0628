"""One form with one file: the fields are judged before the file comes, and the file goes to staging as it comes."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from backend.contract.faults import INCOMPLETE_UPLOAD, NOT_UNDERSTOOD, Refused
from backend.contract.messages import Receipt
from backend.core.claims import Claim, Upload
from backend.core.existing_intake import ExistingIntake, Visit
from backend.doors.existing_ecp.multipart import Form

_BLOCK: Final = 1 << 20
_DRAINED: Final = 8 << 20
"""How much of a refused file is still taken, so that its browser hears why."""
_CHOSEN: Final = ("folder", "identity_code", "input_date")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why, and what had been chosen."""

    refused: Refused
    chosen: dict[str, str]


async def submitted(intake: ExistingIntake, visit: Visit, request: Request) -> Receipt | Refusal:
    """The receipt of the file in this form, or why there is none; 1009 for another site's form."""
    form = Form(request.headers.get("content-type", ""), _stream(request))
    head = await form.head()
    intake.refuse_foreign(visit, head.fields.pop("key", ""))
    chosen = {name: head.fields.get(name, "") for name in _CHOSEN}
    try:
        claim = _claim(head.fields, head.file_name)
        begun = await run_in_threadpool(intake.submissions.begin, visit.actor, claim)
        outcome = begun if isinstance(begun, Receipt) else await _received(intake, visit, begun, form)
    except Refused as refused:
        await form.drain(_DRAINED)
        return Refusal(refused, chosen)
    await form.drain(_DRAINED)
    return outcome


async def _received(intake: ExistingIntake, visit: Visit, upload: Upload, form: Form) -> Receipt:
    offset = 0
    try:
        async for block in _large(form.blocks()):
            await run_in_threadpool(upload.write, offset, block)
            offset += len(block)
    except ClientDisconnect:
        gone = Refused(INCOMPLETE_UPLOAD, received=offset, expected="more")
        await run_in_threadpool(intake.submissions.give_up, visit.actor, upload, gone)
    except Refused as refused:
        await run_in_threadpool(intake.submissions.give_up, visit.actor, upload, refused)
    except BaseException:
        upload.staging.abandon()
        raise
    return await run_in_threadpool(intake.submissions.finish, visit.actor, upload)


def _claim(fields: dict[str, str], file_name: str) -> Claim:
    if not file_name:
        raise Refused(NOT_UNDERSTOOD, what="No file was chosen.")
    try:
        input_date = date.fromisoformat(fields.get("input_date", ""))
    except ValueError as error:
        raise Refused(NOT_UNDERSTOOD, what="The input date is no date, such as 2022-05-19.") from error
    # Sent once more, the same bytes get the same receipt, and others are the next version: an id in the page, which a
    # browser goes back to, could not tell them apart.
    folder, code = fields.get("folder", ""), fields.get("identity_code", "")
    return Claim(secrets.token_hex(16), folder, code, input_date, file_name)


async def _large(blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """In blocks of about 1 MiB, so that a thread is asked rarely."""
    waiting = bytearray()
    async for block in blocks:
        waiting += block
        if len(waiting) >= _BLOCK:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


async def _stream(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk
