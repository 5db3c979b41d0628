"""A visit: one SSH connection, who it is, and what it may open. Sign-in is by public key alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, Protocol

import asyncssh
import structlog
from asyncssh import SSHKey, SSHServer, SSHServerConnection

from backend.contract.faults import KEY_NOT_ACCEPTABLE, Refused
from backend.contract.rules.shown import shown
from backend.core.actor import Actor
from backend.doors.ssh.algorithms import acceptable, narrow
from backend.doors.ssh.house import House
from backend.doors.ssh.replies import unexpected
from backend.doors.ssh.session import Session
from backend.doors.ssh.strangers import FAILED, SILENT
from backend.listeners import SERVICES, SFTP

MOST_OFFERS: Final = 20
"""Keys that nobody may sign in with; agents offer what they have."""
MOST_WRONG_SIGNATURES: Final = 6
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

    def __init__(self, door: Door, services: Sequence[str] = SERVICES) -> None:
        self._door = door
        self._services = services
        self._connection: SSHServerConnection | None = None
        self._source = ""
        self._sessions: list[Session] = []
        self._tried = False
        self._offers = 0
        self._wrong_signatures = 0
        self._names = 0
        self._attempts = 0
        self._signer: tuple[Actor, str] | None = None
        self._signed_in = False
        self._choked = False

    @property
    def actor(self) -> Actor:
        """Whose connection this is; only sessions ask, and there are none before sign-in."""
        if self._signer is None:
            raise RuntimeError("nobody has signed in")
        return self._signer[0]

    @property
    def fingerprint(self) -> str:
        return self._signer[1] if self._signer else ""

    @property
    def signed_in(self) -> bool:
        return self._signed_in

    @property
    def penalty(self) -> float:
        """Seconds that it costs its source to have come and gone."""
        return 0.0 if self._signed_in else FAILED if self._tried else SILENT

    @property
    def uploading(self) -> bool:
        return any(session.uploading for session in self._sessions)

    def still(self, actor: Actor) -> None:
        """The account as it stands after rights were taken away from someone."""
        self._signer = (actor, self.fingerprint)

    # ── what asyncssh calls ──────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, conn: SSHServerConnection) -> None:
        self._connection = conn
        peer = conn.get_extra_info("peername") or ("",)  # gone already, sometimes
        self._source = peer[0]
        if not self._door.came(self, self._source):
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connection = None
        self._door.left(self)

    def begin_auth(self, username: str) -> bool:
        self._names += 1
        if self._names > _MOST_NAMES:
            raise self._given_up("too many login IDs")
        return True

    def public_key_auth_supported(self) -> bool:
        """Yes; asked at every attempt to sign in, whatever its method, so this is where attempts are counted."""
        self._attempts += 1
        if self._attempts > _MOST_ATTEMPTS:
            raise self._given_up("too many attempts")
        return True

    async def validate_public_key(self, username: str, key: SSHKey) -> bool:
        """Whether this key may sign in; asked for offers and for signatures alike, and only these are then verified."""
        if self._connection is None:
            return False
        self._tried = True
        address, fingerprint = self._source, key.get_fingerprint()
        try:
            if not acceptable(key):
                raise Refused(KEY_NOT_ACCEPTABLE, what="", fix="")
            actor = await self._door.admit(username, fingerprint, address)
        except Refused as refused:
            self._offers += 1
            _log.info(
                "key refused", login_id=shown(username, 40), source=address, key=fingerprint, fault=refused.number
            )
            if self._offers >= MOST_OFFERS:
                raise self._given_up("too many keys") from None
            return False
        except Exception as error:  # asyncssh would end the connection without a word in our log
            unexpected(error)
            return False
        narrow(key)
        key.verify = partial(self._verified, key.verify, actor, fingerprint)  # type: ignore[method-assign]  # this key
        return True

    def _verified(
        self, verify: Callable[[bytes, bytes], bool], actor: Actor, fingerprint: str, data: bytes, signature: bytes
    ) -> bool:
        """Whether the key signed: only this says who somebody is."""
        if verify(data, signature):
            self._signer = (actor, fingerprint)
            return True
        self._wrong_signatures += 1
        _log.warning("signature refused", login_id=actor.login_id, source=actor.source, key=fingerprint)
        if self._wrong_signatures >= MOST_WRONG_SIGNATURES:
            raise self._given_up("too many wrong signatures")
        return False

    def auth_completed(self) -> None:
        self._signed_in = True
        self._door.signed_in(self)
        _log.info("SFTP connection", login_id=self.actor.login_id, source=self.actor.source, key=self.fingerprint)

    def session_requested(self) -> Session | bool:
        self._sessions = [session for session in self._sessions if not session.over]
        if not self._signed_in or SFTP not in self._services or len(self._sessions) >= MOST_SESSIONS:
            return False
        session = Session(self._door.house, self)
        session.choke(self._choked)
        self._sessions.append(session)
        return session

    # ── what its sessions and the door ask ───────────────────────────────────────────────────────────────────

    def drop(self, why: str) -> None:
        """Ends the connection at once: what was not closed was not submitted."""
        if self._connection is not None:
            login_id = self.actor.login_id if self._signer else None
            _log.info("SFTP connection dropped", login_id=login_id, source=self._source, key=self.fingerprint, why=why)
            self._connection.disconnect(asyncssh.DISC_BY_APPLICATION, why)

    def abort(self) -> None:
        """Ends the connection without a word."""
        if self._connection is not None:
            self._connection.abort()

    def choke(self, choked: bool) -> None:
        """Nothing more is served while the peer does not take what was answered."""
        self._choked = choked
        for session in self._sessions:
            session.choke(choked)

    def remember(self, work: asyncio.Task[None]) -> None:
        self._door.remember(work)

    def _given_up(self, why: str) -> asyncssh.DisconnectError:
        _log.warning("sign-in given up", source=self._source, why=why)
        return asyncssh.PermissionDenied(f"{why.capitalize()} on one connection")
