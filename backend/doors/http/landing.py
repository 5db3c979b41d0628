"""Landing and sign-in: the only public routes."""

from __future__ import annotations

from fastapi import APIRouter

from backend.contract import paths
from backend.contract.messages import Landing, LoginTransaction, NewSession, SignIn, Ticket, TicketUse
from backend.doors.http.pool import verified
from backend.doors.http.signed_in import OnChannel, OnSeat, OnServices, Source

router = APIRouter(tags=["sign-in"])


@router.get(paths.LANDING)
def landing(services: OnServices) -> Landing:
    landing = services.landing.model_copy(update={"now": services.clock.now()})
    return services.continuity.landing(services.migration.landing(landing))


@router.post(paths.LOGIN_TRANSACTIONS)
def begin(services: OnServices) -> LoginTransaction:
    return services.sign_in.begin()


@router.post(paths.SIGN_IN)
async def sign_in(form: SignIn, services: OnServices, channel: OnChannel, source: Source) -> Ticket:
    return await verified(services, lambda: services.sign_in.sign_in(form, channel, source))


@router.post(paths.SESSIONS)
def open_session(use: TicketUse, services: OnServices, channel: OnChannel, source: Source, seat: OnSeat) -> NewSession:
    session = services.sessions.open(use.ticket, source, channel)
    services.seats.keep(seat, session.token)
    return session
