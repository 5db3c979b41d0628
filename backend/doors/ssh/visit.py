"""A visit: one SSH connection and what it opens, from its arrival to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncssh
import structlog
from asyncssh import SSHServerConnection

from backend.contract.faults import GOING_DOWN, SESSION_ENDED, Refused
from backend.core.actor import Actor
from backend.core.figures import KEY_SIGN_INS, OK
from backend.core.seats import Seat
from backend.doors.ssh.arrival import Arrival, Door
from backend.doors.ssh.front import Front
from backend.doors.ssh.ticketed import TicketSession
from backend.listeners import SERVICES

MOST_SESSIONS: Final = 10
KINDS: Final = ("sftp", "console", "ticket", "recovery")
"""What somebody signed in for, by how they did."""
RECOVERY_SECONDS: Final = 300.0
IDLE_SECONDS: Final = 60.0
"""How long recovery lasts, and how long a connection may be there in which nothing is open, where nobody signed in."""
_WORDS_LAST: Final = 0.3
"""Seconds in which a console's last words leave, before the connection ends."""
_log = structlog.get_logger(__name__)


class Visit(Arrival):
    """Opens sessions for whoever arrived, and ends them."""

    def __init__(self, door: Door, services: Sequence[str] = SERVICES) -> None:
        super().__init__(door, services)
        self._sessions: list[Front | TicketSession] = []
        self._choked = False
        self._reference = ""
        """What the log knows the connection by."""
        self._timers: list[asyncio.TimerHandle] = []

    @property
    def uploading(self) -> bool:
        return any(session.uploading for session in self._sessions)

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        if self.by_key:
            return "sftp"
        if self._ticket is not None:
            return "ticket"
        return "recovery" if self.recovering else "console"

    @property
    def facts(self) -> tuple[int, str]:
        """The port they came to, and the fingerprint of the server's key."""
        here = self._connection.get_extra_info("sockname") if self._connection is not None else None
        return (here or ("", 0))[1], self._door.fingerprint

    def still(self, actor: Actor) -> None:
        """The account as it stands after rights were taken away from someone."""
        self._signer = (actor, self.fingerprint)

    # ── what asyncssh calls ──────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, conn: SSHServerConnection) -> None:
        self._connection = conn
        self._reference = str(conn.get_extra_info("reference", ""))
        peer = conn.get_extra_info("peername") or ("",)  # gone already, sometimes
        self.source = peer[0]
        if not self._door.came(self, self.source):
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connection = None
        for timer in self._timers:
            timer.cancel()
        if self._seat is not None:
            self._door.people.leave(self._seat)
        self._door.left(self)

    def auth_completed(self) -> None:
        self._signed_in = True
        self._door.signed_in(self)
        if self._signer is not None:
            self._door.tally.add(KEY_SIGN_INS, OK)
            _log.info("SFTP connection", login_id=self.name, source=self.source, key=self.fingerprint)
        else:
            _log.info("console connection", login_id=self.name if self.seated else None, source=self.source)
        loop = asyncio.get_running_loop()
        if self.recovering:
            self._timers.append(loop.call_later(RECOVERY_SECONDS, self.refuse, Refused(SESSION_ENDED)))
        if self.recovering or self._ticket is not None:
            self._timers.append(loop.call_later(IDLE_SECONDS, self._refuse_idle))

    def session_requested(self) -> Front | TicketSession | bool:
        self._sessions = [session for session in self._sessions if not session.over]
        most = 1 if self.recovering or self._ticket is not None else MOST_SESSIONS
        if not self._signed_in or not self.services or len(self._sessions) >= most:
            return False
        house = self._door.house
        session: Front | TicketSession
        if self._ticket is not None:
            session = TicketSession(house.tickets, self._ticket, self.source, house.run, self)
        else:
            session = Front(house, self)
        session.choke(self._choked)
        self._sessions.append(session)
        return session

    # ── what its sessions and the door ask ───────────────────────────────────────────────────────────────────

    def seat(self) -> Seat:
        """Where its consoles ask from; who came by key sits down once they open one."""
        if self._seat is None:
            self._seat = self._door.people.sit(self.actor.login_id, self.source)
        return self._seat

    def refuse(self, refused: Refused) -> None:
        """Ends the connection; whoever is at a console reads why."""
        told = [session.end(refused) for session in self._sessions if isinstance(session, Front)]
        if any(told) and not self.by_key:
            asyncio.get_running_loop().call_later(_WORDS_LAST, self.drop, f"{refused.number} {refused.title}")
        else:
            self.drop(f"{refused.number} {refused.title}")

    def drop(self, why: str) -> None:
        """Ends the connection at once: what was not closed was not submitted."""
        if self._connection is not None:
            login_id = None if self._ticket is not None else self.name or None  # a ticket is a secret
            told = {"login_id": login_id, "source": self.source, "key": self.fingerprint, "reference": self._reference}
            _log.info("SSH connection dropped", **told, why=why)
            self._connection.disconnect(asyncssh.DISC_BY_APPLICATION, why)

    def abort(self) -> None:
        """Ends the connection without a word."""
        if self._connection is not None:
            self._connection.abort()

    def going_down(self) -> None:
        """No console goes on; commands and files may come to their end."""
        for session in self._sessions:
            if isinstance(session, Front) and session.interactive:
                session.end(Refused(GOING_DOWN))

    def choke(self, choked: bool) -> None:
        """Nothing more is served while the peer does not take what was answered."""
        self._choked = choked
        for session in self._sessions:
            session.choke(choked)

    def remember(self, work: asyncio.Task[None]) -> None:
        self._door.remember(work)

    def _refuse_idle(self) -> None:
        if all(session.over for session in self._sessions):
            self.drop("nothing is asked for")
        elif self._connection is not None:
            asyncio.get_running_loop().call_later(IDLE_SECONDS, self._refuse_idle)
