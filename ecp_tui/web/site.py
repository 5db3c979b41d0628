"""Where the browser edition is found, which platform it speaks to, and whose word it takes for an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from backend.contract.faults import NOT_UNDERSTOOD, Refused

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Site:
    """One browser edition. `public_url` is what browsers type: their requests must name it, in Host and Origin."""

    server: str
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    """Empty until it is known where it listens."""
    ca_file: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    proxies: tuple[Network, ...] = ()
    """The proxy that ends TLS: forwarded addresses are believed from it alone."""
    log: Path = field(default=Path("web.log"))

    @property
    def authority(self) -> str:
        """What the header Host must say."""
        return urlsplit(self.public_url).netloc

    @property
    def secure(self) -> bool:
        """Whether browsers come by HTTPS, to this program or to the proxy before it."""
        return self.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """With the prefix, no other host of the domain can set it."""
        return "__Host-ecp" if self.secure else "ecp"

    def listening(self, port: int) -> str:
        """Its address as it listens itself."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls_certificate else 'http'}://{host}:{port}"

    def refuse_unsafe(self) -> None:
        """Refuses with words what would show passwords to the network, or can never be reached."""
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise _unusable("--tls-certificate and --tls-key belong together: name both, or neither.")
        if not (self.tls_certificate or self.proxies or is_loopback(self.host)):
            raise _unusable(
                f"Plain HTTP on {self.host} would show passwords to the network: name --tls-certificate and --tls-key, "
                "or the --trusted-proxy that ends TLS, or --host 127.0.0.1."
            )
        if self.public_url:
            self._refuse_unreachable()
        elif not is_loopback(self.host):
            raise _unusable("--public-url is needed: the address that people type, such as https://ecp.example.org.")

    def _refuse_unreachable(self) -> None:
        parts = urlsplit(self.public_url)
        bare = parts.hostname and self.public_url == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
        if not bare or self.public_url != self.public_url.lower():
            raise _unusable(
                "--public-url is the scheme and the host in small letters, such as https://ecp.example.org."
            )
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise _unusable("--public-url begins with https:// (http:// only for this machine).")
        if self.tls_certificate and parts.scheme != "https":
            raise _unusable("--public-url begins with https:// where a certificate is named.")

    def trusts(self, peer: str) -> bool:
        """Whether this peer is the proxy."""
        address = _address(peer)
        return address is not None and any(address in network for network in self.proxies)

    def admits(self, peer: str) -> bool:
        """Whether this peer may speak to us: without TLS only this machine and the proxy, whose line is theirs."""
        return bool(self.tls_certificate) or self.trusts(peer) or is_loopback(peer)

    def source(self, peer: str, forwarded: str) -> str:
        """The browser's address: the peer's, or what the proxy says it is, which is the last one that is no proxy."""
        if not self.trusts(peer):
            return peer
        for one in reversed(forwarded.split(",")):
            if (address := _address(one.strip())) is None:
                return peer
            if not self.trusts(str(address)):
                return str(address)
        return peer


def networks(named: str) -> tuple[Network, ...]:
    """Addresses and networks, comma between; refuses everybody's."""
    try:
        found = tuple(ip_network(one.strip()) for one in named.split(",") if one.strip())
    except ValueError as error:
        raise _unusable(f"--trusted-proxy: {error}.") from error
    if not all(network.prefixlen for network in found):
        raise _unusable("--trusted-proxy is everybody: name the proxy's address.")
    return found


def is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(said: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(said.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _unusable(what: str) -> Refused:
    return Refused(NOT_UNDERSTOOD, what=what)
