"""How tests make and use one-time tickets without a door."""

from __future__ import annotations

import secrets
from typing import Any

from backend.contract.messages import (
    FileTicket,
    FileTicketProgress,
    NewFileTicket,
    TicketedFile,
    TicketedSubmission,
    TicketPurpose,
)
from backend.core.actor import Actor
from tests.submitting import NAME, THURSDAY
from tests.world import World

ELSEWHERE = "198.51.100.7"
"""Where the bytes come from: not where the session is."""


def made(world: World, actor: Actor, purpose: TicketPurpose = "submit", file_name: str | None = None) -> FileTicket:
    return world.services.tickets.make(actor, NewFileTicket(purpose=purpose, file_name=file_name))


def sent(world: World, ticket: str, *blocks: bytes, source: str = ELSEWHERE, **said: Any) -> FileTicketProgress:
    """A file that comes whole."""
    tickets = world.services.tickets
    delivery = tickets.begin(ticket, source, **said)
    for block in blocks:
        delivery.write(block)
    return tickets.arrive(delivery)


def arrived(world: World, actor: Actor, *blocks: bytes) -> FileTicket:
    """A ticket by which all has come."""
    ticket = made(world, actor)
    sent(world, ticket.ticket, *blocks)
    return ticket


def file(**other: Any) -> TicketedFile:
    """What CHAN01's form rightly says of Thursday's return, but for what `other` says."""
    return TicketedFile(**{**_RIGHT, **other})


def submission(submission_id: str | None = None, **other: Any) -> TicketedSubmission:
    return TicketedSubmission(submission=submission_id or secrets.token_hex(16), **{**_RIGHT, **other})


_RIGHT: dict[str, Any] = {
    "folder": "SD-1",
    "identity_code": "01234",
    "input_date": THURSDAY,
    "file_name": NAME,
}
