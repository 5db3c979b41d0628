"""What the machine gives to ecpd: ports, a certificate, a mail server, descriptors, and a cage for consoles."""

from __future__ import annotations

import json
import resource
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from typing import Final

from backend.adapters.database import sole_process
from backend.contract import paths
from backend.contract.findings import Finding
from backend.contract.rules.shown import shown
from backend.serving import ENOUGH_HANDLES
from backend.settings import Settings, SettingsError
from backend.wiring.from_settings import certificate_ends

_SECONDS: Final = 5.0
_HOST_SECONDS: Final = 30.0
_SOON: Final = timedelta(days=21)
_SETTINGS: Final = {
    "http": "http_host and http_port",
    "ssh": "ssh_host and ssh_port, or ssh_listeners",
    "metrics": "metrics_listen",
}
_UNREADY: Final = {
    "database": "Look at the database; ecpd goes on by itself once it is back.",
    "vault": "Look at the disk of the data folder.",
    "room": "Make room on the disk of the data folder.",
    "rolled-back": "Put the newest database back, or have two operators accept the loss (docs/operate.md, 9101).",
    "stopping": "Wait until it has stopped, then start it.",
}


def ports(settings: Settings) -> Iterator[Finding]:
    """Free, or taken by an ecpd that runs on this data folder."""
    served = _served(settings)
    wanted = [("http", settings.http_host, settings.http_port)]
    wanted += [("ssh", one.host, one.port) for one in settings.listeners]
    wanted += [("metrics", *settings.metrics)] if settings.metrics else []
    for name, host, port in wanted:
        where = f"{host} port {port}"
        try:
            with socket.create_server((host, port), family=_family(host)):
                taken = ""
        except OSError as error:
            taken = error.strerror or str(error)
        if not taken:
            yield Finding(name, "ok", f"{where} is {'open for an ecpd to serve' if served else 'free'}")
        elif served:
            yield Finding(name, "ok", f"{where} is served")
        else:
            remedy = f"End what uses it, or set {_SETTINGS[name]} otherwise."
            yield Finding(name, "problem", f"{where}: {taken}, and no ecpd runs here", remedy)


def ready(settings: Settings) -> Iterator[Finding]:
    """What an ecpd that runs says of itself, where its listener for figures can be asked."""
    if settings.metrics is None or not _served(settings):
        return
    host, port = settings.metrics
    asked = HTTPConnection(host, port, timeout=_SECONDS)
    try:
        asked.request("GET", paths.READY)
        said = str(json.loads(asked.getresponse().read())["state"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        yield Finding("ready", "problem", f"ecpd does not answer: {error}", "Look into its log, and restart it.")
        return
    finally:
        asked.close()
    if said == "ready":
        yield Finding("ready", "ok", "ecpd runs and takes files")
    else:
        yield Finding("ready", "problem", f"ecpd runs and takes no files: {shown(said, 20)}", _UNREADY.get(said, ""))


def tls(settings: Settings) -> Iterator[Finding]:
    try:
        settings.refuse_unsafe()
    except SettingsError as error:
        yield Finding("tls", "problem", str(error), "Correct it in ecpd.toml: ecpd does not start like this.")
        return
    if settings.tls_certificate is None or settings.tls_key is None:
        how = f"by the proxy {settings.trusted_proxy}" if settings.trusted_proxy else "none: this machine alone"
        yield Finding("tls", "ok", how)
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_certificate, settings.tls_key)
        ends = certificate_ends(settings.tls_certificate)
    except (OSError, ValueError) as error:
        said = f"{settings.tls_certificate} and {settings.tls_key}: {getattr(error, 'reason', None) or error}"
        yield Finding("tls", "problem", said, "Name a certificate and the key it was made for, as PEM files.")
        return
    said = f"{settings.tls_certificate} until {ends:%Y-%m-%d}"
    left = ends - datetime.now(UTC)
    if left < timedelta():
        yield Finding("tls", "problem", f"{said}: it has ended", "Renew it, then start ecpd again.")
    elif left < _SOON:
        yield Finding("tls", "warning", f"{said}: {left.days} days", "Renew it, then start ecpd again.")
    else:
        yield Finding("tls", "ok", said)


def mail(settings: Settings) -> Iterator[Finding]:
    """Without mails nobody recovers a password."""
    if not settings.smtp_host:
        said = f"put into {settings.data_dir / 'mails'}, for a mail system to fetch"
        yield Finding("mail", "warning", said, "Set smtp_host, or see that those are fetched.")
        return
    try:
        settings.smtp_secret  # noqa: B018 - its file is read here, not with the first mail
        with socket.create_connection((settings.smtp_host, settings.smtp_port), _SECONDS):
            said = f"{settings.smtp_host} port {settings.smtp_port} answers; from {settings.mail_sender}"
    except (OSError, SettingsError) as error:
        said = f"{settings.smtp_host} port {settings.smtp_port}: {getattr(error, 'strerror', None) or error}"
        yield Finding("mail", "problem", said, "Correct the smtp settings: nobody recovers a password like this.")
        return
    if settings.mail_sender.endswith("@localhost"):
        yield Finding("mail", "warning", said, "Set mail_sender to an address of your domain.")
    else:
        yield Finding("mail", "ok", said)


def descriptors(settings: Settings) -> Iterator[Finding]:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    said = "no limit" if most == resource.RLIM_INFINITY else f"{most:,} at most"
    if most != resource.RLIM_INFINITY and most < ENOUGH_HANDLES:
        remedy = f"Raise the limit to {ENOUGH_HANDLES:,}: LimitNOFILE= of the service, or ulimit -Hn."
        yield Finding("descriptors", "warning", f"{said}: too few for a rush", remedy)
    else:
        yield Finding("descriptors", "ok", said)


def consoles(settings: Settings) -> Iterator[Finding]:
    """Whether what runs consoles over SSH can be kept off everything else: its program itself says so."""
    if settings.console_host is None or not settings.consoles:
        return
    try:
        held = confinement(settings.console_user)
    except (OSError, ValueError) as error:
        yield Finding("consoles", "problem", f"their program does not start: {error}", "Install ecp-platform whole.")
        return
    own_user = bool(settings.console_user) and any(one.startswith("user ") for one in held)
    files = any(one.startswith("files") for one in held)
    said = ", ".join(held) or "nothing"
    if files or own_user:
        yield Finding("consoles", "ok", f"kept off by {said}")
    else:
        remedy = "Set console_user to a user of their own and start ecpd as root, or use a Linux with Landlock."
        yield Finding("consoles", "problem", f"kept off by {said}: they could read the data folder", remedy)


def confinement(user: str) -> list[str]:
    """Starts the program that runs consoles, as ecpd does, and lets go of it once it has said what confines it."""
    ours, theirs = socket.socketpair()
    ours.settimeout(_HOST_SECONDS)
    with ours, theirs:
        as_user = ("--user", user) if user else ()
        program = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-m", "ecp_tui.host", *as_user, str(theirs.fileno())],
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
        theirs.close()
        try:
            said = json.loads(ours.makefile("rb").readline() or b"{}")
        finally:
            ours.close()
            with suppress(subprocess.TimeoutExpired):
                program.wait(_SECONDS)
            program.kill()
            _, errors = program.communicate()
    if not said.get("ready"):
        raise ValueError(shown((errors.decode(errors="replace").strip().splitlines() or ["it ended at once"])[-1], 200))
    return [str(one) for one in said.get("confined", ())]


def _served(settings: Settings) -> bool:
    """Whether an ecpd runs on this database. On PostgreSQL nobody can tell which one it is."""
    if settings.database_url:
        return True
    try:
        with sole_process(settings.url):
            return False
    except SettingsError:
        return settings.data_dir.is_dir()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
