"""Listeners: where SSH is served, and what for, so that SFTP has a network to itself (the FAQ's SDNet); and figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

SFTP: Final = "sftp"
CONSOLE: Final = "console"
COMMANDS: Final = "commands"
SERVICES: Final = (SFTP, CONSOLE, COMMANDS)
"""What a listener can serve. One that names nothing serves everything."""
_WRITTEN: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(?P<port>[0-9]{1,5})(?P<services>(\s+\S+)*)")
_HIGHEST_PORT: Final = 65535
PRIVATE: Final = tuple(
    ip_network(one) for one in ("127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""This machine and private networks: who may be told how the platform fares."""


@dataclass(frozen=True, slots=True)
class Listener:
    """An address, a port (0: any free one), and what is served there."""

    host: str
    port: int
    services: tuple[str, ...] = SERVICES

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def listeners(written: Sequence[str]) -> tuple[Listener, ...]:
    """Reads lines such as `10.20.0.5:2222 sftp` and `[2001:db8::5]:2222`; `ValueError`, in words, where one cannot be.

    Where nothing at all serves SFTP, nobody could be told where it is: that cannot be either.
    """
    found = tuple(map(_listener, written))
    for one in found:
        if one.port and [(other.host, other.port) for other in found].count((one.host, one.port)) > 1:
            raise ValueError(f"ssh_listeners names {one} twice: write all its services into one line")
    if not any(SFTP in one.services for one in found):
        raise ValueError("ssh_listeners leaves no place for sftp: name it in one line at least")
    return found


def private_place(setting: str, written: str) -> tuple[str, int]:
    """An address and a port such as `127.0.0.1:9464`; `ValueError`, in words, where strangers may reach it."""
    match = _WRITTEN.fullmatch(written.strip())
    if match is None or match["services"] or int(match["port"]) > _HIGHEST_PORT:
        raise ValueError(f'{setting}: {written!r} is no place: write "ADDRESS:PORT"')
    try:
        address = ip_address(match["host"].strip("[]"))
    except ValueError as error:
        raise ValueError(f"{setting}: write the address of {match['host']}, not its name") from error
    if not any(address in network for network in PRIVATE):
        raise ValueError(f"{setting}: whoever reaches {address} would be told: name 127.0.0.1, or a private address")
    return str(address), int(match["port"])


def place(setting: str, written: str) -> tuple[str, int]:
    """An address and a port such as `127.0.0.1:8444`; `ValueError`, in words, where it is none."""
    match = _WRITTEN.fullmatch(written.strip())
    if match is None or match["services"] or int(match["port"]) > _HIGHEST_PORT:
        raise ValueError(f'{setting}: {written!r} is no place: write "ADDRESS:PORT"')
    return match["host"].strip("[]"), int(match["port"])


def _listener(written: str) -> Listener:
    match = _WRITTEN.fullmatch(written.strip())
    if match is None or int(match["port"]) > _HIGHEST_PORT:
        raise ValueError(f'ssh_listeners: {written!r} is no listener: write "ADDRESS:PORT {SFTP}"')
    services = tuple(dict.fromkeys(match["services"].split()))
    unknown = [service for service in services if service not in SERVICES]
    if unknown:
        raise ValueError(
            f"ssh_listeners: {unknown[0]!r} is not served: write {', '.join(SERVICES[:-1])} or {SERVICES[-1]}"
        )
    return Listener(match["host"].strip("[]"), int(match["port"]), services or SERVICES)
