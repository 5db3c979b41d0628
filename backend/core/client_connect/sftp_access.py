"""SFTP access: whose a registered key is, and from where it may come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from backend.contract.faults import ADDRESS_NOT_REGISTERED, NO_ECP_FUNCTION, SESSION_ENDED, Refused
from backend.contract.rules.shown import shown
from backend.core.accounts import SftpKey
from backend.core.actor import Actor
from backend.core.client_connect.standing import actor_of
from backend.core.gate import SFTP_FUNCTION, may_use_sftp
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
            key = rows.sftp_key(fingerprint)
            return self._admitted(rows, key, login_id.upper(), address)

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

    def _admitted(self, rows: Rows, key: SftpKey | None, login_id: str, address: str) -> Actor:
        if key is None or key.account.login_id != login_id or not key.live(self._clock.now()):
            raise Refused(SESSION_ENDED)
        actor = actor_of(rows, key.account, "sftp", plain_address(address))
        if not may_use_sftp(actor.account):
            raise Refused(NO_ECP_FUNCTION, reason=f"SFTP needs {SFTP_FUNCTION}.", ask=actor.ask, held="")
        if not registered(address, key.networks):
            raise Refused(ADDRESS_NOT_REGISTERED, address=shown(address, 60))
        return replace(actor, until=key.expires)


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
