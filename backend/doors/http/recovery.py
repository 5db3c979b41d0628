"""Recovery and enrolment: public, for a code from a mail stands in for a session."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from fastapi import APIRouter

from backend.contract import paths
from backend.contract.messages import (
    BeginEnrolment,
    CodeFacts,
    CodeLook,
    ConfirmEnrolment,
    Enrolment,
    RecoveryCodes,
    RecoveryRequest,
    ResetPassword,
    Unlock,
)
from backend.core.services import Services
from backend.doors.http.pool import verified
from backend.doors.http.signed_in import OnChannel, OnServices, Source

router = APIRouter(tags=["recovery"])
ANSWERED_AFTER: Final = 0.5
"""Seconds: what is true shows neither in the answer nor in its time."""
_log = structlog.get_logger(__name__)


@router.post(paths.RECOVERY_REQUESTS, status_code=202)
async def ask(form: RecoveryRequest, services: OnServices, channel: OnChannel, source: Source) -> None:
    services.recovery.refuse_beyond(source)
    services.sign_in_pool.submit(lambda: _asked(services, form, channel, source))
    await asyncio.sleep(ANSWERED_AFTER)


@router.post(paths.CODE_LOOKS)
def look(form: CodeLook, services: OnServices, source: Source) -> CodeFacts:
    return services.recovery.look(form.code, source)


@router.post(paths.PASSWORD_RESETS, status_code=204)
async def reset_password(form: ResetPassword, services: OnServices, channel: OnChannel, source: Source) -> None:
    await verified(services, lambda: services.recovery.reset_password(form, channel, source))


@router.post(paths.UNLOCKS, status_code=204)
async def unlock(form: Unlock, services: OnServices, channel: OnChannel, source: Source) -> None:
    await verified(services, lambda: services.recovery.unlock(form, channel, source))


@router.post(paths.ENROLMENTS)
async def begin(form: BeginEnrolment, services: OnServices, channel: OnChannel, source: Source) -> Enrolment:
    return await verified(services, lambda: services.enrolment.begin(form, channel, source))


@router.post(paths.ENROLMENT_CONFIRMATIONS)
async def confirm(form: ConfirmEnrolment, services: OnServices, channel: OnChannel, source: Source) -> RecoveryCodes:
    return await verified(services, lambda: services.enrolment.confirm(form, channel, source))


def _asked(services: Services, form: RecoveryRequest, channel: str, source: str) -> None:
    """Its answer is long gone when it fails."""
    try:
        services.recovery.ask(form, channel, source)
    except Exception as error:
        _log.error("a forgotten password was asked for in vain", exc_info=error)
