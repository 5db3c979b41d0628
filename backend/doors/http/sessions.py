"""The session one has, confirming in it, and all sessions of one's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from backend.contract import paths
from backend.contract.messages import Confirm, Confirmed, Me, SessionRow
from backend.doors.http.signed_in import OnChannel, OnSeat, OnServices, SignedIn, Source, Token

router = APIRouter(tags=["session"])


@router.get(paths.OWN_SESSION)
def me(actor: SignedIn, services: OnServices, token: Token) -> Me:
    return services.sessions.me(token)


@router.delete(paths.OWN_SESSION, status_code=204)
def end(services: OnServices, token: Token, channel: OnChannel, source: Source, seat: OnSeat) -> None:
    services.sessions.end(token, channel, source)
    services.seats.signed_out(seat, token)


@router.post(paths.CONFIRMATIONS)
def confirm(form: Confirm, actor: SignedIn, services: OnServices) -> Confirmed:
    return services.confirmation.confirm(actor, form.otp)


@router.get(paths.OWN_SESSIONS)
def own(actor: SignedIn, services: OnServices) -> list[SessionRow]:
    return services.sessions.own(actor)


@router.delete(paths.OWN_SESSIONS, status_code=204)
def end_others(actor: SignedIn, services: OnServices) -> None:
    services.sessions.end_others(actor)


@router.delete(paths.OWN_SESSIONS + "/{session_id}", status_code=204)
def end_one(session_id: Annotated[str, Path(max_length=40)], actor: SignedIn, services: OnServices) -> None:
    services.sessions.end_one(actor, session_id)
