"""The session one has."""

from __future__ import annotations

from fastapi import APIRouter

from backend.contract import paths
from backend.contract.messages import Me
from backend.doors.http.signed_in import OnChannel, OnServices, SignedIn, Source, Token

router = APIRouter(tags=["session"])


@router.get(paths.OWN_SESSION)
def me(actor: SignedIn, services: OnServices, token: Token) -> Me:
    return services.sessions.me(token)


@router.delete(paths.OWN_SESSION, status_code=204)
def end(services: OnServices, token: Token, channel: OnChannel, source: Source) -> None:
    services.sessions.end(token, channel, source)
