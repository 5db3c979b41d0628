"""One-time tickets: made and looked after in a session, and used by whoever has one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from backend.contract import paths
from backend.contract.faults import Refused
from backend.contract.messages import (
    Check,
    FileTicket,
    FileTicketProgress,
    Message,
    NewFileTicket,
    PublishOutcome,
    Receipt,
    TicketedFile,
    TicketedPublication,
    TicketedSubmission,
)
from backend.core.delivery import Delivery
from backend.doors.http.faults import unexpected
from backend.doors.http.guards import declared_size
from backend.doors.http.signed_in import OnServices, SignedIn, Source
from backend.doors.http.submissions import blocks_of

router = APIRouter(tags=["tickets"])
TicketId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class TicketedQuery(Message):
    """What the body is called where it comes from."""

    file_name: Annotated[str, Query(max_length=1000)] | None = None


async def ticket_of(request: Request) -> str:
    scheme, _, ticket = request.headers.get("authorization", "").partition(" ")
    return ticket.strip() if scheme.lower() == paths.TICKET_SCHEME.lower() else ""


HandedTicket = Annotated[str, Depends(ticket_of)]


@router.post(paths.TICKETS)
def make(actor: SignedIn, services: OnServices, wish: NewFileTicket) -> FileTicket:
    return services.tickets.make(actor, wish)


@router.get(paths.TICKETS + "/{ticket_id}")
def progress(actor: SignedIn, services: OnServices, ticket_id: TicketId) -> FileTicketProgress:
    return services.tickets.progress(actor, ticket_id)


@router.post(paths.TICKETS + "/{ticket_id}/check")
def check(actor: SignedIn, services: OnServices, ticket_id: TicketId, file: TicketedFile) -> Check:
    return services.tickets.check(actor, ticket_id, file)


@router.post(paths.TICKETS + "/{ticket_id}/submission")
def submit(actor: SignedIn, services: OnServices, ticket_id: TicketId, wish: TicketedSubmission) -> Receipt:
    return services.tickets.submit(actor, ticket_id, wish)


@router.post(paths.TICKETS + "/{ticket_id}/publication")
def publish(actor: SignedIn, services: OnServices, ticket_id: TicketId, wish: TicketedPublication) -> PublishOutcome:
    return services.published_files.outcome(services.tickets.publish(actor, ticket_id, wish))


@router.delete(paths.TICKETS + "/{ticket_id}", status_code=204)
def drop(actor: SignedIn, services: OnServices, ticket_id: TicketId) -> None:
    services.tickets.drop(actor, ticket_id)


@router.put(paths.TICKETED)
async def take(
    services: OnServices,
    ticket: HandedTicket,
    source: Source,
    request: Request,
    query: Annotated[TicketedQuery, Query()],
) -> FileTicketProgress:
    size = declared_size(request.headers)
    delivery = await run_in_threadpool(services.tickets.begin, ticket, source, size=size, file_name=query.file_name)
    await _received(delivery, request)
    return await run_in_threadpool(services.tickets.arrive, delivery)


async def _received(delivery: Delivery, request: Request) -> None:
    """Streams the body in; where that ends before the body, the ticket is spent."""
    try:
        async for block in blocks_of(request):
            await run_in_threadpool(delivery.write, block)
    except ClientDisconnect as error:
        raise await run_in_threadpool(delivery.cut) from error
    except Refused:
        raise
    except BaseException as error:
        delivery.end("refused", unexpected(error, paths.TICKETED))
        raise
