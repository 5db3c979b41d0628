"""SFTP set-up as a page (FAQ Q22): the five steps, keys, addresses, where to connect, and what is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from backend.contract.messages import ChangeRequest, KeyState, RequestKind, SftpAccessPage, SftpAddressRow, SftpKeyRow
from backend.contract.rules.public_keys import key_type
from backend.core.accounts import Account, SftpKey
from backend.core.actor import Actor
from backend.core.client_connect.sftp_access import RegisteredAddresses, plain_address
from backend.core.client_connect.sftp_steps import ASKED_BY, Setup, steps
from backend.core.gate import refuse_unseen
from backend.core.outcomes import places_for
from backend.core.ports import Clock, Store
from backend.core.rows import Rows

EXPIRING: Final = timedelta(days=30)
DECIDED_LATELY: Final = timedelta(days=30)
_OF_OPERATORS: Final = ("/collect/FOLDER/IDENTITY/DATE/", "/publish/FOLDER/IDENTITY/", "/publish/FOLDER/ALL/")
_OPEN: Final = ("draft", "submitted", "returned")
_SHOWN: Final = ("register-key", "register-address")
About = Callable[[Rows, Actor, Account, tuple[RequestKind, ...]], Sequence[ChangeRequest]]
"""Change requests about a login ID, of these kinds, as far as the actor sees them."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where SFTP listens, and the fingerprint of its own key."""

    host: str
    port: int
    fingerprint: str = ""


class SftpSetup:
    """Reads only. `endpoint` says where the door is."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo, endpoint: Endpoint, about: About) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._about = about
        self.endpoint = endpoint

    def opened(self, port: int, fingerprint: str) -> None:
        """The door is open: on this port, with this key of its own."""
        self.endpoint = replace(self.endpoint, port=port, fingerprint=fingerprint)

    def page(self, actor: Actor, login_id: str = "") -> SftpAccessPage:
        """One's own, or that of an account one administers; 2001 for every other, there or not."""
        with self._store.reading() as rows:
            subject = refuse_unseen(actor, rows.account(login_id.upper() or actor.login_id))
            return self._page(rows, actor, subject)

    def _page(self, rows: Rows, actor: Actor, subject: Account) -> SftpAccessPage:
        now, endpoint = self._clock.now(), self.endpoint
        kept = rows.sftp_keys(subject)
        addresses = tuple(
            SftpAddressRow(network=one.network, registered=one.registered) for one in rows.sftp_addresses(subject.id)
        )
        keys = tuple(_row(key, now) for key in kept)
        tree = _tree(rows, actor, subject)
        requests = self._about(rows, actor, subject, ASKED_BY)
        told = Setup(
            subject,
            keys,
            addresses,
            requests,
            tree,
            max((key.seen for key in kept if key.seen), default=None),
            f"sftp -P {endpoint.port} {subject.login_id}@{endpoint.host}",
            self._zone,
        )
        return SftpAccessPage(
            login_id=subject.login_id,
            name=subject.name,
            steps=steps(told),
            keys=keys,
            addresses=addresses,
            requests=tuple(one for one in requests if one.kind in _SHOWN and _lately(one, now)),
            your_address=_plain(actor.source),
            covered=actor.source in RegisteredAddresses(one.network for one in addresses),
            ssh_host=endpoint.host,
            ssh_port=endpoint.port,
            host_key_fingerprint=endpoint.fingerprint,
            tree=tree,
        )


def state_of(key: SftpKey, now: datetime) -> KeyState:
    if key.revoked is not None:
        return "revoked"
    if now >= key.expires:
        return "expired"
    return "expiring" if key.expires - now <= EXPIRING else "live"


def _row(key: SftpKey, now: datetime) -> SftpKeyRow:
    return SftpKeyRow(
        fingerprint=key.fingerprint,
        type=key_type(key.public_key),
        comment=key.comment,
        registered=key.registered,
        expires=key.expires,
        state=state_of(key, now),
    )


def _plain(source: str) -> str:
    """As it would be registered."""
    try:
        return plain_address(source)
    except ValueError:  # somebody on the server's own machine has none
        return source


def _tree(rows: Rows, actor: Actor, subject: Account) -> tuple[str, ...]:
    """What a connection of this account would be shown."""
    if subject.state != "active":
        return ()
    if subject.kind == "operator":
        return _OF_OPERATORS
    connected = replace(
        actor, account=subject, channel="sftp", identities=rows.identities(subject.company) if subject.company else {}
    )
    places = places_for(connected, rows.catalogue())
    return tuple(sorted(f"/{one.identity_code}/{one.folder}/{room}/" for one in places for room in one.rooms))


def _lately(request: ChangeRequest, now: datetime) -> bool:
    return request.state in _OPEN or (request.decided or request.made) > now - DECIDED_LATELY
