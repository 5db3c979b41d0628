"""The server as it was named: which addresses are allowed, and whose certificates are trusted."""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.rules.shown import shown
from ecp_tui.config import Config


def allowed(server: str | None) -> str:
    """The address without a slash at its end; refuses where none is named, and `http://` to any host but this one."""
    if server is None:
        raise Refused(NOT_UNDERSTOOD, what="No server is named: add --server URL, or set ECP_SERVER.")
    parts = urlsplit(server)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.hostname))):
        return server.rstrip("/")
    raise Refused(
        NOT_UNDERSTOOD,
        what=f"{shown(server, 80)} is not a server address: "
        "it must begin with https:// (http:// only for this machine).",
    )


def trusted(ca_file: Path) -> ssl.SSLContext:
    """Refuses a file that cannot be used, with words."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Refused(NOT_UNDERSTOOD, what=f"The CA file {ca_file} cannot be used: {why}.") from error


def refuse_unusable(config: Config) -> None:
    """Before anything is asked: whether the settings name a server that can be asked."""
    allowed(config.server)
    if config.ca_file is not None:
        trusted(config.ca_file)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
