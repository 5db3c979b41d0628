"""Addresses and networks for SFTP: what somebody types is read, bounded and written in one form."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from backend.contract.faults import NOT_UNDERSTOOD, RANGE_TOO_WIDE, Refused
from backend.contract.rules.shown import shown

Network = IPv4Network | IPv6Network
_WIDEST: Final = {4: 24, 6: 64}
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_WRITTEN: Final = re.compile(r"[0-9A-Fa-f.:]+(/[0-9]{1,3})?", re.ASCII)
_NEVER: Final[tuple[Network, ...]] = (
    *map(IPv4Network, ("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4")),
    *map(IPv6Network, ("::/128", "ff00::/8")),
    _MAPPED,
)
"""Where no connection ever comes from: unspecified, multicast, reserved, and IPv4 in what claims to be IPv6."""


def read_network(text: str) -> Network:
    """`10.1.2.3` or `10.1.2.0/24`, host bits taken away, an IPv4-mapped one as IPv4.

    9002 for what is no address that a computer has; 3008 for more than a /24, or a /64 of IPv6.
    """
    written = text.strip()
    try:
        if _WRITTEN.fullmatch(written) is None:
            raise ValueError
        network = _plain(ip_network(written, strict=False))
    except ValueError:
        what = f"{shown(written, 60) or 'Nothing'} is no address: write it like 10.1.2.3 or 10.1.2.0/24."
        raise Refused(NOT_UNDERSTOOD, what=what) from None
    if network.prefixlen < _WIDEST[network.version]:
        raise Refused(RANGE_TOO_WIDE, network=network)
    if any(network.version == never.version and network.overlaps(never) for never in _NEVER):
        raise Refused(NOT_UNDERSTOOD, what=f"{network} is no address that a connection comes from.")
    return network


def covers(network: Network) -> str:
    """How much a network holds, in words."""
    if network.num_addresses == 1:
        return "1 address"
    many = f"{network.num_addresses:,}" if network.version == 4 else f"2^{128 - network.prefixlen}"  # noqa: PLR2004 - IPv4
    return f"{many} addresses, {network[0]} to {network[-1]}"


def _plain(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        mapped = network.network_address.ipv4_mapped
        return IPv4Network((int(mapped or 0), network.prefixlen - _MAPPED.prefixlen))
    return network
