"""Connections, bounded: how many there are, from whom, and how long one may be silent before it asks anything."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final, cast

from ecp_tui.web.site import Site

MOST: Final = 1024
MOST_OF_ONE: Final = 64
"""Of one source: six tabs take a dozen. The proxy, behind which everybody is, may have them all."""
SILENT: Final = 30.0
_SITE_BITS: Final = 64


class Entrance:
    """Which peers may connect, how many of them are here, and which have asked for something."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._here: Counter[str] = Counter()
        self._asked: set[asyncio.BaseTransport] = set()

    def admits(self, peer: str) -> bool:
        """Counts one more from there, for `left` to take back, unless it may not come."""
        own = _counted(peer)
        full = self._here.total() >= MOST or (self._here[own] >= MOST_OF_ONE and not self._site.trusts(peer))
        if full or not self._site.admits(peer):
            return False
        self._here[own] += 1
        return True

    def left(self, peer: str, line: asyncio.BaseTransport) -> None:
        self._asked.discard(line)
        self._here -= Counter({_counted(peer): 1})

    def heard(self, line: asyncio.BaseTransport | None) -> None:
        """A whole head has come on it."""
        if line is not None:
            self._asked.add(line)

    def cut_silent(self, line: asyncio.Transport) -> None:
        if line not in self._asked:
            line.abort()


class Connection(asyncio.Protocol):
    """One connection before its server's own protocol, which it hears of once it was admitted."""

    def __init__(self, entrance: Entrance, make: Callable[[], Any]) -> None:
        self._entrance, self._make = entrance, make
        self._inner: Any = None
        self._peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        line = cast(asyncio.Transport, transport)
        self._line, peer = line, (line.get_extra_info("peername") or ("",))[0]
        if not self._entrance.admits(peer):
            line.abort()
            return
        self._peer, self._inner = peer, self._make()
        self._inner.connection_made(line)
        asyncio.get_running_loop().call_later(SILENT, self._entrance.cut_silent, line)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._inner is not None:
            self._entrance.left(self._peer, self._line)
            self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._inner is not None:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return None if self._inner is None else cast("bool | None", self._inner.eof_received())

    def pause_writing(self) -> None:
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._inner is not None:
            self._inner.resume_writing()


def _counted(peer: str) -> str:
    """An IPv4 address, or the /64 that an IPv6 address may choose freely in."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Network((int(address), _SITE_BITS), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)
