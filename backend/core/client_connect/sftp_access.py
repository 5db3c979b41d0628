"""SFTP access: whose a registered key is, and from where it may come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from backend.contract.faults import ADDRESS_NOT_REGISTERED, NO_ECP_FUNCTION, SESSION_ENDED, Refused
from backend.contract.rules.shown import shown
from backend.core.actor import Actor
from backend.core.client_connect import standing
from backend.core.gate import SFTP_FUNCTION, may_use_sftp, refuse_expired
from backend.core.ports import Clock, Store
from backend.core.rows import Rows

NOTED_EVERY: Final = timedelta(minutes=15)


class SftpAccess:
    """Admits a connection: a registered and live key, a registered address and the SFTP function. Deny otherwise."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def admit(self, login_id: str, fingerprint: str, address: str) -> Actor:
        """The actor behind a key that signed; 1005 for a key that is unknown, another's or expired; 5003; 2000."""
        with self._store.reading() as rows:
            actor = _admitted(rows, fingerprint, login_id.upper(), address)
        refuse_expired(actor, self._clock.now())
        return actor

    def still(self, actor: Actor, fingerprint: str) -> Actor:
        """The same actor as of now; raises what would refuse the connection today."""
        return self.admit(actor.login_id, fingerprint, actor.source)

    def connected(self, fingerprint: str) -> None:
        """Notes when the key was last signed in with."""
        now = self._clock.now()
        with self._store.reading() as rows:
            key = rows.sftp_key(fingerprint)
        if key is not None and (key.seen is None or now - key.seen >= NOTED_EVERY):
            self._store.write(lambda unit: unit.see_key(fingerprint, now))

    def registered(self) -> RegisteredAddresses:
        """Every address registered for SFTP, by anybody."""
        with self._store.reading() as rows:
            return RegisteredAddresses(rows.sftp_networks())


def as_of_now(rows: Rows, actor: Actor) -> Actor:
    """The same person at commit time; by SFTP not without the key and the address either."""
    if actor.key is None or actor.epoch == rows.access_epoch():
        return standing.as_of_now(rows, actor)
    return _admitted(rows, actor.key, actor.login_id, actor.source)


def _admitted(rows: Rows, fingerprint: str, login_id: str, address: str) -> Actor:
    """Whoever asks has to see that the key has not expired."""
    key = rows.sftp_key(fingerprint)
    if key is None or key.account.login_id != login_id or key.revoked is not None:
        raise Refused(SESSION_ENDED)
    actor = standing.actor_of(rows, key.account, "sftp", plain_address(address))
    if not may_use_sftp(actor.account):
        raise Refused(NO_ECP_FUNCTION, reason=f"SFTP needs {SFTP_FUNCTION}.", ask=actor.ask, held="")
    if not registered(address, key.networks):
        raise Refused(ADDRESS_NOT_REGISTERED, address=shown(address, 60))
    return replace(actor, until=key.expires, key=fingerprint)


class RegisteredAddresses:
    """A snapshot that answers as fast for thousands of networks as for one."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._starts: dict[tuple[int, int], set[int]] = {}
        for network in map(ip_network, networks):
            host_bits = network.max_prefixlen - network.prefixlen
            self._starts.setdefault((network.version, host_bits), set()).add(int(network.network_address) >> host_bits)

    def __contains__(self, address: str) -> bool:
        try:
            found = _parsed(address)
        except ValueError:
            return False
        return any(
            version == found.version and int(found) >> host_bits in starts
            for (version, host_bits), starts in self._starts.items()
        )


def plain_address(address: str) -> str:
    """The address as text, an IPv4-mapped IPv6 one as IPv4."""
    return str(_parsed(address))


def registered(address: str, networks: tuple[str, ...]) -> bool:
    """Whether the address lies in one of the registered networks; an empty list denies."""
    found = _parsed(address)
    return any(found in ip_network(network) for network in networks)


def _parsed(address: str) -> IPv4Address | IPv6Address:
    parsed = ip_address(address.split("%", 1)[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return mapped if isinstance(mapped, IPv4Address) else parsed
