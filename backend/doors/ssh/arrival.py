"""An arrival: how somebody signs in on a connection, by key or by password, and how often they may try."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final, Protocol

import asyncssh
import structlog
from asyncssh import SSHKey, SSHServer, SSHServerConnection

from backend.contract.faults import KEY_NOT_ACCEPTABLE, SESSION_ENDED, Refused
from backend.contract.rules.shown import shown
from backend.core.actor import Actor
from backend.core.client_connect.login_ids import RECOVER, like_a_ticket
from backend.core.figures import KEY_SIGN_INS, Tally
from backend.core.seats import Seat
from backend.doors.ssh.algorithms import acceptable, narrow
from backend.doors.ssh.consoles import Consoles
from backend.doors.ssh.house import House
from backend.doors.ssh.people import PROMPTS, People, Seated
from backend.doors.ssh.replies import unexpected
from backend.doors.ssh.strangers import FAILED, SILENT
from backend.listeners import COMMANDS, CONSOLE, SERVICES

MOST_OFFERS: Final = 20
"""Keys that nobody may sign in with; agents offer what they have."""
MOST_WRONG_SIGNATURES: Final = 6
MOST_WRONG_PASSWORDS: Final = 6
_MOST_NAMES: Final = 3
_MOST_ATTEMPTS: Final = 64
"""Of whatever kind. A key that is offered counts twice, for asyncssh asks before it and after its refusal."""
_BANNER_WIDTH: Final = 78
_log = structlog.get_logger(__name__)


class Door(Protocol):
    """What a connection asks of the door it came through."""

    house: House
    people: People
    consoles: Consoles | None
    tally: Tally

    @property
    def fingerprint(self) -> str: ...

    def admit(self, login_id: str, fingerprint: str, address: str) -> Awaitable[Actor]:
        """Who it is; raises what refuses the key, the address or the account."""
        ...

    def refuse_crowd(self, name: str) -> None:
        """5005 where that many connections of that name, or of everybody, are open already."""
        ...

    def refuse_recovering(self, source: str) -> None:
        """1007 where somebody recovers from there already."""
        ...

    def came(self, visit: Any, address: str) -> bool:
        """Whether there is room for one more that has not signed in."""
        ...

    def signed_in(self, visit: Any) -> None: ...

    def left(self, visit: Any) -> None: ...

    def remember(self, work: asyncio.Task[None]) -> None: ...


class Arrival(SSHServer):
    """Who a connection is: whose key signed or whose password was right, never whom somebody said they were."""

    def __init__(self, door: Door, services: Sequence[str] = SERVICES) -> None:
        self._door = door
        self.services = tuple(services)
        self._connection: SSHServerConnection | None = None
        self.source = ""
        self._tried = False
        self._offers = 0
        self._wrong_signatures = 0
        self._wrong_passwords = 0
        self._names = 0
        self._attempts = 0
        self._transaction: str | None = None
        """Of the prompts that are open: each is answered once."""
        self._signer: tuple[Actor, str] | None = None
        self.seated: Seated | None = None
        """By password, or to recover."""
        self._seat: Seat | None = None
        self._ticket: str | None = None
        self._signed_in = False

    @property
    def actor(self) -> Actor:
        """Whose key let them in; only sessions ask that serve files, and there are none before."""
        if self._signer is None:
            raise RuntimeError("nobody has signed in by key")
        return self._signer[0]

    @property
    def fingerprint(self) -> str:
        return self._signer[1] if self._signer else ""

    @property
    def by_key(self) -> bool:
        return self._signer is not None

    @property
    def name(self) -> str:
        """What connections are counted by: the account, or what came in an account's stead."""
        if self._signer is not None:
            return self._signer[0].login_id
        return (self.seated.seat.login_id or RECOVER) if self.seated is not None else self._ticket or ""

    @property
    def signed_in(self) -> bool:
        return self._signed_in

    @property
    def recovering(self) -> bool:
        return self.seated is not None and self.seated.seat.kind == "recovery"

    @property
    def penalty(self) -> float:
        """Seconds that it costs its source to have come and gone."""
        return 0.0 if self._signed_in else FAILED if self._tried else SILENT

    @property
    def consoles(self) -> Consoles | None:
        return self._door.consoles

    # ── who asks for nothing ─────────────────────────────────────────────────────────────────────────────────

    def begin_auth(self, username: str) -> bool | Awaitable[bool]:
        """Recovery and tickets are let in for what they are; everybody else proves who they are."""
        self._names += 1
        if self._names > _MOST_NAMES:
            raise self._given_up("too many login IDs")
        if like_a_ticket(username):  # nobody has such a login ID, and no log is to have it
            return self._has_ticket(username.upper())
        if username.upper() != RECOVER or self.consoles is None or CONSOLE not in self.services:
            return True
        return self._recovers()

    def _recovers(self) -> bool:
        self._tried = True
        try:
            self._door.refuse_recovering(self.source)
        except Refused as refused:
            raise asyncssh.PermissionDenied(str(refused)) from None
        self._sit(self._door.people.recover(self.source))
        return False

    async def _has_ticket(self, ticket: str) -> bool:
        if CONSOLE not in self.services:
            raise asyncssh.PermissionDenied("Tickets are not served at this address.")
        self._tried = True
        try:
            await self._door.house.run(self._door.house.tickets.refuse_dead, ticket, self.source)
            self._door.refuse_crowd(ticket)
        except Refused as refused:
            raise asyncssh.PermissionDenied(str(refused)) from None
        self._ticket = ticket
        return False

    # ── by key ───────────────────────────────────────────────────────────────────────────────────────────────

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
        address, fingerprint = self.source, key.get_fingerprint()
        try:
            if not acceptable(key):
                raise Refused(KEY_NOT_ACCEPTABLE, what="", fix="")
            actor = await self._door.admit(username, fingerprint, address)
        except Refused as refused:
            self._offers += 1
            self._door.tally.add(KEY_SIGN_INS, str(refused.number))
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
        if verify(data, signature) and not self._signed_in:
            self._signer = (actor, fingerprint)
            return True
        self._wrong_signatures += 1
        _log.warning("signature refused", login_id=actor.login_id, source=actor.source, key=fingerprint)
        if self._wrong_signatures >= MOST_WRONG_SIGNATURES:
            raise self._given_up("too many wrong signatures")
        return False

    # ── by password and One-Time-Password ────────────────────────────────────────────────────────────────────

    def kbdint_auth_supported(self) -> bool:
        return self.consoles is not None and bool({CONSOLE, COMMANDS} & set(self.services))

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, Sequence[tuple[str, bool]]]:
        self._transaction = self._door.people.begin()
        return "", "", "", PROMPTS

    async def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        """Whether both were right. What refuses is said at once; the client may ask anew."""
        transaction, self._transaction = self._transaction, None
        if transaction is None or len(responses) != len(PROMPTS) or self._connection is None:
            return False
        self._tried = True
        try:
            seated = await self._door.people.sign_in(transaction, username, responses[0], responses[1], self.source)
            self._sit(seated)
            self._door.refuse_crowd(seated.seat.login_id)
        except Refused as refused:
            self._refuse(username, refused)
            return False
        except Exception as error:
            self._refuse(username, unexpected(error))
            return False
        return True

    def _sit(self, seated: Seated) -> None:
        """From now on the seat is left with the connection; where that has gone already, at once."""
        if self._connection is None or self._signed_in:
            self._door.people.leave(seated.seat)
            raise Refused(SESSION_ENDED)
        self.seated, self._seat, self._signer = seated, seated.seat, None

    def _refuse(self, username: str, refused: Refused) -> None:
        """Says why in a banner, which clients show whatever they ask next; gives up after so many."""
        if self._seat is not None:
            self._door.people.leave(self._seat)
            self._seat = self.seated = None
        self._wrong_passwords += 1
        _log.info("password refused", login_id=shown(username, 40), source=self.source, fault=refused.number)
        if self._wrong_passwords >= MOST_WRONG_PASSWORDS:
            raise self._given_up("too many wrong passwords")
        if self._connection is not None:
            self._connection.send_auth_banner("\r\n".join([*textwrap.wrap(str(refused), _BANNER_WIDTH), "", ""]))

    def _given_up(self, why: str) -> asyncssh.DisconnectError:
        _log.warning("sign-in given up", source=self.source, why=why)
        return asyncssh.PermissionDenied(f"{why.capitalize()} on one connection")
