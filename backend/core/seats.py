"""Seats: one for each live SSH connection of a person; what the console served there asks, it asks in its seat."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, Literal

from backend.contract.faults import SESSION_ENDED, Refused
from backend.contract.messages import Channel
from backend.core.client_connect.sessions import SessionService

SeatKind = Literal["person", "recovery"]
CHANNEL: Final[Channel] = "console"
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Seat:
    """Where somebody sits, as proven by SSH; `recovery` is nobody yet, and reaches recovery alone."""

    source: str
    login_id: str
    kind: SeatKind
    token: str = field(repr=False)


class Seats:
    """Those that are taken, in memory, for any thread. Sessions opened in a seat end with it."""

    def __init__(self, sessions: SessionService) -> None:
        self._sessions = sessions
        self._taken: dict[str, tuple[Seat, set[str]]] = {}
        """By their tokens, with the tokens of the sessions opened in them."""
        self._lock = Lock()

    def open(self, source: str, login_id: str, kind: SeatKind = "person") -> Seat:
        seat = Seat(source, login_id, kind, secrets.token_urlsafe(_TOKEN_BYTES))
        with self._lock:
            self._taken[seat.token] = (seat, set())
        return seat

    def of(self, token: str) -> Seat | None:
        """The live seat that this is the token of."""
        with self._lock:
            taken = self._taken.get(token)
        return taken[0] if taken else None

    def keep(self, seat: Seat | None, session: str) -> None:
        """Notes a session that was opened in the seat; 1005, and it is ended, where the seat was left meanwhile."""
        if seat is None:
            return
        with self._lock:
            taken = self._taken.get(seat.token)
            if taken is not None:
                taken[1].add(session)
        if taken is None:
            self._end(seat, session)
            raise Refused(SESSION_ENDED)

    def signed_out(self, seat: Seat | None, session: str) -> None:
        """Its person ended this one, and may stay."""
        with self._lock:
            taken = self._taken.get(seat.token) if seat else None
            if taken is not None:
                taken[1].discard(session)

    def refuse_ended(self, seat: Seat) -> None:
        """1005 or 1016 where every session that was opened in the seat has ended, but for who signed out of it."""
        with self._lock:
            taken = self._taken.get(seat.token)
            opened = list(taken[1]) if taken else []
        ended: Refused | None = None
        for session in opened:
            try:
                self._sessions.actor(session, CHANNEL, seat.source, background=True)
            except Refused as refused:
                ended = refused
            else:
                return
        if ended is not None:
            raise ended

    def close(self, seat: Seat) -> None:
        """Nobody sits there any more; ends what was opened in it."""
        with self._lock:
            taken = self._taken.pop(seat.token, None)
        for session in taken[1] if taken else ():
            self._end(seat, session)

    def _end(self, seat: Seat, session: str) -> None:
        try:
            self._sessions.end(session, CHANNEL, seat.source)
        except Refused:  # ended already, by whatever ended it
            return
