"""People: who signs in by password and One-Time-Password, through the same throttle as everywhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from pydantic import ValidationError

from backend.contract.faults import SIGN_IN_REFUSED, Refused
from backend.contract.messages import SignIn, Ticket
from backend.core.client_connect.sftp_access import plain_address
from backend.core.seats import CHANNEL, Seat
from backend.core.services import Services
from backend.doors.ssh.inflow import Run

PROMPTS: Final = (("Password: ", False), ("One-Time-Password: ", False))


@dataclass(frozen=True, slots=True)
class Seated:
    """Somebody in a seat, with the session that their sign-in opened; for recovery there is none."""

    seat: Seat
    token: str | None = field(default=None, repr=False)


class People:
    """One for the door. Whatever refuses is raised as `Refused`, in the words of every other sign-in."""

    def __init__(self, services: Services, run: Run, remember: Callable[[asyncio.Task[None]], None]) -> None:
        self._services = services
        self._run = run
        self._remember = remember

    def begin(self) -> str:
        """A login transaction, for one answer to the prompts."""
        return self._services.sign_in.begin().transaction

    async def sign_in(self, transaction: str, login_id: str, password: str, otp: str, source: str) -> Seated:
        """A seat with a session of its own, which ends when the seat is left."""
        form = _form(transaction, login_id, password, otp)
        source = plain_address(source)
        work = partial(self._services.sign_in.sign_in, form, CHANNEL, source)
        ticket = await asyncio.wrap_future(self._services.sign_in_pool.submit(work))
        seat = self._services.seats.open(source, form.login_id.strip().upper())
        try:
            return Seated(seat, await self._run(self._opened, ticket, seat))
        except BaseException:  # whoever went meanwhile leaves no session behind
            self.leave(seat)
            raise

    def sit(self, login_id: str, source: str) -> Seat:
        """A seat for somebody whose key signed: they sign in at the console."""
        return self._services.seats.open(plain_address(source), login_id)

    def recover(self, source: str) -> Seated:
        return Seated(self._services.seats.open(plain_address(source), "", "recovery"))

    def leave(self, seat: Seat) -> None:
        self._remember(asyncio.get_running_loop().create_task(self._left(seat)))

    async def _left(self, seat: Seat) -> None:
        await self._run(self._services.seats.close, seat)

    async def refuse_ended(self, seat: Seat) -> None:
        """1005 or 1016 where a session that was opened in the seat has been ended."""
        await self._run(self._services.seats.refuse_ended, seat)

    def _opened(self, ticket: Ticket, seat: Seat) -> str:
        token = self._services.sessions.open(ticket.ticket, seat.source, CHANNEL).token
        self._services.seats.keep(seat, token)
        return token


def _form(transaction: str, login_id: str, password: str, otp: str) -> SignIn:
    """1001 for what nobody's password can be."""
    try:
        return SignIn(transaction=transaction, login_id=login_id, password=password, otp="".join(otp.split()))
    except ValidationError as error:
        raise Refused(SIGN_IN_REFUSED) from error
