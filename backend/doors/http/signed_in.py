"""Who asks: the services, the source, the channel and the actor behind a request."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from backend.contract import paths
from backend.contract.messages import Channel
from backend.core.actor import Actor
from backend.core.seats import CHANNEL, Seat
from backend.core.services import Services
from backend.doors.http.private import seat_of

# What needs no waiting is `async`, so that no thread is asked for it.


async def services_of(request: Request) -> Services:
    services = request.app.state.services
    assert isinstance(services, Services)  # noqa: S101 - set once, by create_app
    return services


async def source_of(request: Request) -> str:
    return request.client.host if request.client is not None else "-"


OnSeat = Annotated[Seat | None, Depends(seat_of)]


async def channel_of(request: Request, seat: OnSeat) -> Channel:
    if seat is not None:
        return CHANNEL
    return "console" if request.headers.get(paths.CLIENT_HEADER) == "console" else "http"


async def token_of(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


async def background_of(request: Request) -> bool:
    return paths.BACKGROUND_HEADER in request.headers


OnServices = Annotated[Services, Depends(services_of)]
Source = Annotated[str, Depends(source_of)]
OnChannel = Annotated[Channel, Depends(channel_of)]
Token = Annotated[str, Depends(token_of)]
InBackground = Annotated[bool, Depends(background_of)]


def actor_of(services: OnServices, token: Token, channel: OnChannel, source: Source, background: InBackground) -> Actor:
    """The signed-in actor; 1005 without a live session."""
    return services.sessions.actor(token, channel, source, background=background)


SignedIn = Annotated[Actor, Depends(actor_of)]
