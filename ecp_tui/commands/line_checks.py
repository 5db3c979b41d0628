"""What `ecp doctor` says of what is far away: the server, its certificate and clock, and the SFTP endpoint."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from backend.contract.faults import Refused
from backend.contract.findings import Finding
from backend.contract.messages import Landing
from backend.contract.rules.shown import shown
from ecp_tui.commands.call import new_client
from ecp_tui.config import Config
from ecp_tui.server import trusted

_SECONDS: Final = 5.0
_SOON: Final = timedelta(days=14)
_LATE: Final = 15.0
"""Seconds of difference that are worth a word; One-Time-Passwords are taken one step of 30 s early or late."""
_TOO_LATE: Final = 30.0
_HTTPS: Final = 443
_SSH: Final = 2222


async def server(config: Config) -> AsyncIterator[Finding]:
    """Whether it answers, with which version; by whose certificate; and how its clock differs from this one's."""
    if config.server is None:
        yield Finding("server", "warning", "none is named", "Add --server URL, or set ECP_SERVER.")
        return
    client = new_client(config)
    asked = datetime.now(UTC)
    try:
        landing = await client.landing()
    except Refused as refused:
        said = f"{refused.number} {refused.title}: {refused.what}"
        yield Finding("server", "problem", said, "Try again later, or name another by --server URL.")
        return
    finally:
        await client.close()
    answered = datetime.now(UTC)
    yield _server(config.server, landing)
    if config.server.startswith("https://"):
        yield await asyncio.to_thread(_certificate, config.server, config.ca_file, client.fingerprint)
    yield _clock(landing.now - (asked + (answered - asked) / 2))


async def endpoint(config: Config) -> Finding:
    """Whether the SSH port answers, and whether its host key is the one that is known."""
    host = config.ssh.host or urlsplit(config.server or "").hostname
    if host is None:
        return Finding("ssh", "warning", "no host is named", "Set ssh_host in the profile, or ECP_SSH_HOST.")
    import asyncssh  # only here: a quarter of a second

    port = config.ssh.port or _SSH
    where = f"{shown(host, 80)} port {port}"
    try:
        key = await asyncio.wait_for(asyncssh.get_server_host_key(host, port, config=None), _SECONDS)
    except (OSError, TimeoutError, asyncssh.Error) as error:
        why = shown(str(getattr(error, "strerror", "") or error), 80) or type(error).__name__
        remedy = "Ask the operator where SFTP is; set ssh_host and ssh_port."
        return Finding("ssh", "warning", f"{where}: {why}", remedy)
    fingerprint = key.get_fingerprint() if key is not None else "–"
    said = f"{where}, host key {fingerprint}"
    if config.ssh.host_key is None:
        return Finding("ssh", "ok", f"{said} (compare it with the one in SFTP access)")
    if config.ssh.host_key.strip() != fingerprint:
        remedy = "Send nothing. Ask the operator whether its key was changed, then correct ssh_host_key."
        return Finding("ssh", "problem", f"{said} is not {shown(config.ssh.host_key, 80)}", remedy)
    return Finding("ssh", "ok", f"{said}, as ssh_host_key says")


def _server(named: str, landing: Landing) -> Finding:
    """Other versions of the wire between us refuse to answer: 9004."""
    said = f"{shown(named, 80)} answers: {landing.name}, {landing.operator}, version {landing.version}"
    return Finding("server", "ok", said)


def _certificate(named: str, ca_file: Path | None, fingerprint: str | None) -> Finding:
    """Of a line of its own, for HTTP's does not tell who issued it and until when."""
    parts = urlsplit(named)
    context = trusted(ca_file) if ca_file else ssl.create_default_context()
    try:
        with (
            socket.create_connection((parts.hostname or "", parts.port or _HTTPS), _SECONDS) as line,
            context.wrap_socket(line, server_hostname=parts.hostname) as tls,
        ):
            shown_one: Any = tls.getpeercert() or {}
    except OSError as error:
        return Finding("tls", "problem", shown(str(error), 100), "Add --ca-file with the authority that issued it.")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(shown_one["notAfter"]), UTC)
    issuer = {key: value for name in shown_one.get("issuer", ()) for key, value in name}
    by = shown(issuer.get("organizationName") or issuer.get("commonName") or "nobody named", 60)
    said = f"issued by {by}, until {ends:%Y-%m-%d}, {fingerprint}"
    if ends - datetime.now(UTC) < _SOON:
        return Finding("tls", "warning", said, "Tell the operator that the certificate ends soon.")
    return Finding("tls", "ok", said)


def _clock(ahead: timedelta) -> Finding:
    seconds = ahead.total_seconds()
    away = f"{abs(seconds):.0f} s {'behind' if seconds > 0 else 'ahead of'} the server's"
    remedy = "Set this computer's clock by the network: an authenticator on it makes One-Time-Passwords by that clock."
    if abs(seconds) > _TOO_LATE:
        said = f"{away}: One-Time-Passwords made on this computer are refused; a phone has its own clock"
        return Finding("clock", "problem", said, remedy)
    if abs(seconds) > _LATE:
        return Finding("clock", "warning", f"{away}: soon too far for One-Time-Passwords made here", remedy)
    return Finding("clock", "ok", "as the server's" if abs(seconds) < 1 else away)
