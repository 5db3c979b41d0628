"""The private entrance: the same API for consoles served over SSH. Every request there bears the token of its seat."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.contract import paths
from backend.contract.faults import NOT_ALLOWED, SESSION_ENDED, Refused
from backend.core.seats import Seat, Seats
from backend.doors.http.faults import problem

_SEAT: Final = "ecp.seat"
FOR_RECOVERY: Final = frozenset(
    {
        ("GET", paths.LANDING),
        ("POST", paths.RECOVERY_REQUESTS),
        ("POST", paths.CODE_LOOKS),
        ("POST", paths.PASSWORD_RESETS),
        ("POST", paths.UNLOCKS),
        ("POST", paths.ENROLMENTS),
        ("POST", paths.ENROLMENT_CONFIRMATIONS),
    }
)
"""All that a seat of recovery reaches."""


_RECOVERY_ALONE: Final = (
    "This way in is for recovery alone. To sign in, connect again with your login ID in place of RECOVER."
)


class PrivateEntrance:
    """ASGI in front of the whole app: who asks comes from where their SSH connection comes from."""

    def __init__(self, app: ASGIApp, seats: Seats) -> None:
        self._app = app
        self._seats = seats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            seat = self._seated(scope)
        except Refused as refused:
            await problem(refused)(scope, receive, send)
            return
        await self._app({**scope, "client": (seat.source, 0), _SEAT: seat}, receive, send)

    def _seated(self, scope: Scope) -> Seat:
        """1005 without a live seat; 2002 where a seat of recovery asks for more."""
        tokens = Headers(scope=scope).getlist(paths.SEAT_HEADER)
        seat = self._seats.of(tokens[0]) if len(tokens) == 1 else None
        if seat is None:
            raise Refused(SESSION_ENDED)
        if seat.kind == "recovery" and (scope["method"], scope["path"]) not in FOR_RECOVERY:
            raise Refused(NOT_ALLOWED, what=_RECOVERY_ALONE)
        return seat


async def seat_of(request: Request) -> Seat | None:
    """The seat it is asked in; none through the public entrance, whatever its headers say."""
    seat = request.scope.get(_SEAT)
    return seat if isinstance(seat, Seat) else None
