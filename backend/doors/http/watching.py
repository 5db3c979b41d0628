"""What programs that watch over servers ask: whether this one is alive, and whether it is ready. Public: one word."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from backend.contract import paths
from backend.contract.messages import Alive, Readiness
from backend.doors.http.signed_in import OnServices

router = APIRouter(tags=["watching"])
_NOT_NOW: Final = 503


@router.get(paths.ALIVE)
async def alive() -> Alive:
    return Alive()


@router.get(paths.READY, responses={_NOT_NOW: {"model": Readiness, "description": "Not now, and why."}})
def ready(services: OnServices, response: Response) -> Readiness:
    said = services.readiness.state()
    if said.state != "ready":
        response.status_code = _NOT_NOW
    return said
