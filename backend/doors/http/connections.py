"""HTTP connections, bounded: how many there are and from whom, how large a head is, how long one may be silent."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from backend.doors.http.sending import ABORT

HEAD_SECONDS: Final = 30.0
BODY_SECONDS: Final = 120.0
LARGEST_HEAD: Final = 64 * 1024
MOST_PIPELINED: Final = 16
_LOOK_SECONDS: Final = 5.0
_SITE_BITS: Final = 64
_log = structlog.get_logger(__name__)


class Entrance:
    """Which peers may connect, and how many of them are here."""

    def __init__(self, most: int, proxies: tuple[IPv4Network | IPv6Network, ...], *, by_tls: bool) -> None:
        self._most = most
        self._proxies = proxies
        self._by_tls = by_tls
        self._here: Counter[str] = Counter()

    def admits(self, host: str) -> bool:
        """Counts one more from there, for `left` to take back, unless it may not come.

        Without TLS only this machine and the proxy may: anybody else would show passwords to the network. One source
        has at most a quarter of all connections; the proxy, behind which everybody is, may have them all.
        """
        address = _address(host)
        proxy = any(address in network for network in self._proxies)
        own = self._here[_site(address)]
        full = self._here.total() >= self._most or (not proxy and own >= self._most // 4)
        if full or not (self._by_tls or proxy or address.is_loopback):
            _log.warning("a connection was refused", source=host, full=full)
            return False
        self._here[_site(address)] += 1
        return True

    def left(self, host: str) -> None:
        site = _site(_address(host))
        self._here[site] -= 1
        if not self._here[site]:
            del self._here[site]


class Connection(HttpToolsProtocol):
    """uvicorn's connection, closed where it takes room or time without a request to show for it."""

    def __init__(self, entrance: Entrance, **given: Any) -> None:
        super().__init__(**given)
        self._entrance = entrance
        self._admitted = ""
        self._held = 0
        """Bytes since the last head or body byte: what a parser may be holding."""
        self._head_since: float | None = None
        self._body_since: float | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self.client is None or not self._entrance.admits(self.client[0]):
            transport.abort()
            return
        self._admitted = self.client[0]
        self._head_since = self.loop.time()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._admitted:
            self._entrance.left(self._admitted)
            self._admitted = ""

    def data_received(self, data: bytes) -> None:
        if self._body_since is None and self._head_since is None:
            self._head_since = self.loop.time()
        self._held += len(data)
        super().data_received(data)
        if self._held > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The request's head is too large.")

    def on_headers_complete(self) -> None:
        self._held, self._head_since, self._body_since = 0, None, self.loop.time()
        self.scope["extensions"] = {ABORT: {"now": self.transport.abort}}
        super().on_headers_complete()
        if len(self.pipeline) > MOST_PIPELINED:
            self.transport.abort()

    def on_body(self, body: bytes) -> None:
        self._held, self._body_since = 0, self.loop.time()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._held, self._body_since = 0, None
        super().on_message_complete()

    def _look(self) -> None:
        """Looks every few seconds, rather than setting a timer at every byte."""
        if self.transport.is_closing():
            return
        now = self.loop.time()
        if self._body_since is not None and self.flow.read_paused:
            self._body_since = now  # it waits for us
        if _late(self._head_since, HEAD_SECONDS, now) or _late(self._body_since, BODY_SECONDS, now):
            self.transport.abort()
            return
        self.loop.call_later(_LOOK_SECONDS, self._look)


def _late(since: float | None, seconds: float, now: float) -> bool:
    return since is not None and now - since > seconds


def _address(host: str) -> IPv4Address | IPv6Address:
    address = ip_address(host.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def _site(address: IPv4Address | IPv6Address) -> str:
    """An IPv4 address, or the /64 that an IPv6 address may choose freely in."""
    return str(address) if address.version == 4 else str(IPv6Network((int(address), _SITE_BITS), strict=False))  # noqa: PLR2004 - IPv4
