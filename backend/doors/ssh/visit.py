"""A visit: one SSH connection, who it is, and what it may open. Sign-in is by public key alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final, Protocol

import asyncssh
import structlog
from asyncssh import SSHKey, SSHServer, SSHServerConnection

from backend.contract.faults import Refused
from backend.contract.rules.shown import shown
from backend.core.actor import Actor
from backend.doors.ssh.algorithms import acceptable, narrow
from backend.doors.ssh.house import House
from backend.doors.ssh.replies import unexpected
from backend.doors.ssh.session import Session

MOST_OFFERS: Final = 20
MOST_KNOWN_OFFERS: Final = 12
"""Six signatures that were wrong, each offered first; a right one takes two."""
MOST_SESSIONS: Final = 10
_MOST_NAMES: Final = 3
_MOST_ATTEMPTS: Final = 64
"""Of whatever kind. A key that is offered counts twice, for asyncssh asks before it and after its refusal."""
_log = structlog.get_logger(__name__)


class Door(Protocol):
    """What a visit asks of the door it came through."""

    house: House

    def admit(self, login_id: str, fingerprint: str, address: str) -> Awaitable[Actor]:
        """Who it is; raises what refuses the key, the address or the account."""
        ...

    def came(self, visit: Visit, address: str) -> bool:
        """Whether there is room for one more that has not signed in."""
        ...

    def signed_in(self, visit: Visit) -> None: ...

    def left(self, visit: Visit) -> None: ...

    def remember(self, work: asyncio.Task[None]) -> None: ...


class Visit(SSHServer):
    """Who a connection is: the account of the key that signed, never of one that was merely offered."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._connection: SSHServerConnection | None = None
        self._sessions: list[Session] = []
        self._offers = 0
        self._known_offers = 0
        self._names = 0
        self._attempts = 0
        self._candidate: tuple[Actor, str] | None = None
        self._signed_in = False

    @property
    def actor(self) -> Actor:
        """Whose connection this is; only sessions ask, and there are none before sign-in."""
        if self._candidate is None:
            raise RuntimeError("nobody has signed in")
        return self._candidate[0]

    @property
    def fingerprint(self) -> str:
        return self._candidate[1] if self._candidate else ""

    @property
    def failed(self) -> bool:
        """Whether a key was tried, and in vain."""
        return self._offers > 0 and not self._signed_in

    @property
    def uploading(self) -> bool:
        return any(session.uploading for session in self._sessions)

    def still(self, actor: Actor) -> None:
        """The account as it stands after rights were taken away from someone."""
        self._candidate = (actor, self.fingerprint)

    # ── what asyncssh calls ──────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, conn: SSHServerConnection) -> None:
        self._connection = conn
        peer = conn.get_extra_info("peername") or ("",)  # gone already, sometimes
        if not self._door.came(self, peer[0]):
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connection = None
        self._door.left(self)

    def begin_auth(self, username: str) -> bool:
        self._names += 1
        self._candidate = None
        if self._names > _MOST_NAMES:
            raise asyncssh.PermissionDenied("Too many login IDs on one connection")
        return True

    def public_key_auth_supported(self) -> bool:
        """Yes; asked at every attempt to sign in, whatever its method, so this is where attempts are counted."""
        self._attempts += 1
        if self._attempts > _MOST_ATTEMPTS:
            raise asyncssh.PermissionDenied("Too many attempts on one connection")
        return True

    async def validate_public_key(self, username: str, key: SSHKey) -> bool:
        """Whether this key may sign in; asked for offers and for signatures alike, and asyncssh does not say which."""
        self._candidate = None
        self._offers += 1
        if self._offers > MOST_OFFERS or self._known_offers >= MOST_KNOWN_OFFERS:
            raise asyncssh.PermissionDenied("Too many keys or signatures on one connection")
        if self._connection is None or not acceptable(key):
            return False
        narrow(key)
        address, fingerprint = self._connection.get_extra_info("peername")[0], key.get_fingerprint()
        try:
            actor = await self._door.admit(username, fingerprint, address)
        except Refused as refused:
            _log.info("key refused", login_id=shown(username, 40), source=address, fault=refused.number)
            return False
        except Exception as error:  # asyncssh would end the connection without a word in our log
            unexpected(error)
            return False
        self._known_offers += 1
        self._candidate = (actor, fingerprint)
        return True

    def auth_completed(self) -> None:
        """Between the last `validate_public_key` and this nothing else runs: the candidate is the one that signed."""
        self._signed_in = True
        self._door.signed_in(self)
        _log.info("SFTP connection", login_id=self.actor.login_id, source=self.actor.source, key=self.fingerprint)

    def session_requested(self) -> Session | bool:
        self._sessions = [session for session in self._sessions if not session.over]
        if not self._signed_in or len(self._sessions) >= MOST_SESSIONS:
            return False
        session = Session(self._door.house, self)
        self._sessions.append(session)
        return session

    # ── what its sessions and the door ask ───────────────────────────────────────────────────────────────────

    def drop(self, why: str) -> None:
        """Ends the connection at once: what was not closed was not submitted."""
        if self._connection is not None:
            _log.info("SFTP connection dropped", login_id=self.actor.login_id if self._candidate else None, why=why)
            self._connection.disconnect(asyncssh.DISC_BY_APPLICATION, why)

    def abort(self) -> None:
        """Ends the connection without a word."""
        if self._connection is not None:
            self._connection.abort()

    def remember(self, work: asyncio.Task[None]) -> None:
        self._door.remember(work)
