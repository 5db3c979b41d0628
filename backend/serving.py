"""Runs a platform's doors in one event loop until told to stop: HTTP by uvicorn, SSH by asyncssh."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from types import FrameType
from typing import Any, Final

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.types import ASGIApp

from backend.doors.existing_ecp import create_existing_app
from backend.doors.http import create_app
from backend.doors.http.connections import Connection, Entrance
from backend.doors.http.metrics import create_metrics_app
from backend.doors.http.private import PrivateEntrance
from backend.doors.ssh import Consoles, Hosting, start_ssh
from backend.listeners import PRIVATE, Listener
from backend.logs import under_reference
from backend.settings import Settings, SettingsError
from backend.wiring import Platform

_SWEEP_SECONDS: Final = 3600
_DEADLINE_SECONDS: Final = 15
_MOST_HANDLES: Final = 65536
ENOUGH_HANDLES: Final = 8192
"""Files and connections open at once: below that a rush before a cut-off meets a limit."""
_MOST_CONNECTIONS: Final = 4096
_MOST_WATCHING: Final = 64
_THIS_MACHINE: Final = "127.0.0.1"
_STOPPING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the doors are: the HTTP address, SFTP with its host key, and every listener of SSH."""

    http: str
    ssh_host: str
    ssh_port: int
    ssh: tuple[Listener, ...]
    ssh_host_key: str
    ssh_fingerprint: str
    existing: str = ""
    """Where the existing ECP is found, if anywhere."""


class _Server(uvicorn.Server):
    """uvicorn, with signals left to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(platform: Platform, ready: Callable[[Listening], None], app: FastAPI | None = None) -> None:
    """Serves until SIGTERM, SIGINT or SIGHUP, then lets running requests and transfers finish; `ready` hears where."""
    _take_all_handles()
    hosting = _hosting(platform.settings)
    try:
        uvloop.run(_serve(platform, ready, app, hosting))
    finally:
        _ignore_signals()
        if hosting is not None:
            hosting.close()


def _hosting(settings: Settings) -> Hosting | None:
    """Started before the event loop, and at once: nobody is to wait until it has imported the console."""
    if settings.console_host is None or not settings.consoles:
        return None
    hosting = Hosting.of_consoles(settings.console_user)
    hosting.start()
    return hosting


def end_on_signals() -> None:
    """From now on a signal to stop ends the program by `SystemExit`, so that what was begun is cleaned up."""
    for number in _stopping():
        signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    _ignore_signals()
    raise SystemExit(128 + number)


def _ignore_signals() -> None:
    """Nothing may end the cleaning up: a terminal that goes sends more than one signal."""
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)


def _stopping() -> list[signal.Signals]:
    """Under nohup a terminal that goes stops nothing."""
    hung_up = signal.getsignal(signal.SIGHUP)
    return [number for number in _STOPPING if number is not signal.SIGHUP or hung_up is not signal.SIG_IGN]


async def _serve(
    platform: Platform, ready: Callable[[Listening], None], app: FastAPI | None, hosting: Hosting | None
) -> None:
    settings = platform.settings
    stopped = _stop_signal()
    app = app or create_app(platform.services)
    server, private = _Server(_loaded(_uvicorn(platform, app))), _Server(_privately(platform, app))
    http, consoles = _bound(settings.http_host, settings.http_port), _bound(_THIS_MACHINE, 0)
    for_people = _consoles(settings, hosting, consoles)
    public = [(server, http), *_existing(platform, _bound_existing(settings))]
    beside = [(private, consoles), *_watched(platform)]
    ssh = await start_ssh(platform.services, settings.listeners, settings.secrets / "ssh_host_key", for_people)
    platform.services.figures.add(ssh.figures)
    serving, *others = [asyncio.create_task(one.serve([bound])) for one, bound in (*public, *beside)]
    jobs = [
        asyncio.create_task(_again("sweep", platform.sweep, _SWEEP_SECONDS)),
        asyncio.create_task(_again("the daily checkpoint", platform.checkpoint_mails.tell, _DEADLINE_SECONDS)),
        asyncio.create_task(_again("mails about deadlines", platform.tell_of_deadlines, _DEADLINE_SECONDS)),
    ]
    try:
        while not (server.started or serving.done()):
            await asyncio.sleep(0.01)
        if server.started:
            scheme = "https" if settings.tls_certificate else "http"
            where = f"{scheme}://{_authority(http)}"
            sftp = settings.sftp_listener.host
            existing = platform.services.migration.found_at
            ready(Listening(where, sftp, ssh.port, tuple(ssh.listeners), ssh.host_key, ssh.fingerprint, existing))
            await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for job in jobs:
            job.cancel()
        platform.services.readiness.drain()
        _let_go(public)
        await ssh.close()
        await asyncio.wait({serving, *others[: len(public) - 1]})
        _let_go(beside)  # whoever watches hears to the last that it stops
        await asyncio.gather(serving, *others)


def _let_go(servers: Iterable[tuple[_Server, socket.socket]]) -> None:
    for one, _ in servers:
        one.should_exit = True


def _consoles(settings: Settings, hosting: Hosting | None, entrance: socket.socket) -> Consoles | None:
    if hosting is None:
        return None
    return Consoles(hosting, f"http://{_authority(entrance)}", settings.console_host or "", settings.consoles)


def _take_all_handles() -> None:
    """As many open files as this process may have: connections, uploads and the database each take some."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_HANDLES if hard == resource.RLIM_INFINITY else min(hard, _MOST_HANDLES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if wanted < ENOUGH_HANDLES:
        _log.warning(
            "too few descriptors for a rush: raise LimitNOFILE= or ulimit -Hn", most=wanted, enough=ENOUGH_HANDLES
        )


def _uvicorn(platform: Platform, app: ASGIApp) -> uvicorn.Config:
    settings = platform.settings
    return _config(
        app,
        Entrance(_most(), settings.proxies, by_tls=settings.tls_certificate is not None),
        proxy_headers=bool(settings.trusted_proxy),
        forwarded_allow_ips=settings.trusted_proxy or "",
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )


def _privately(platform: Platform, app: FastAPI) -> uvicorn.Config:
    """For consoles served over SSH, which all come from this machine."""
    seated = PrivateEntrance(app, platform.services.seats)
    return _config(seated, Entrance(_most(), (ip_network("127.0.0.0/8"),), by_tls=False), proxy_headers=False)


def _watched(platform: Platform) -> Iterator[tuple[_Server, socket.socket]]:
    """The listener for figures, where one is named: open to this machine and private networks, and to the end."""
    where = platform.settings.metrics
    if where is not None:
        app = create_metrics_app(platform.services)
        config = _config(app, Entrance(_MOST_WATCHING, PRIVATE, by_tls=False), proxy_headers=False)
        yield _Server(_loaded(config)), _bound(*where, setting="metrics_listen")


def _bound_existing(settings: Settings) -> socket.socket | None:
    where = settings.existing_place
    return None if where is None else _bound(*where, setting="existing_ecp_listen")


def _existing(platform: Platform, bound: socket.socket | None) -> Iterator[tuple[_Server, socket.socket]]:
    """The existing ECP, where ecpd serves it: reached as the platform itself is, by TLS, a proxy, or on this machine.

    Where no other address is named, people are told where it listens.
    """
    if bound is None:
        return
    settings, migration = platform.settings, platform.services.migration
    scheme = "https" if settings.tls_certificate else "http"
    migration.found_at = migration.found_at or f"{scheme}://{_authority(bound)}/"
    yield _Server(_loaded(_uvicorn(platform, create_existing_app(platform.services)))), bound


def _config(app: ASGIApp, entrance: Entrance, **options: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=partial(Connection, entrance),  # type: ignore[arg-type]  # it is called as the class would be
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",  # its connections would know none of our bounds
        server_header=False,
        timeout_graceful_shutdown=30,
        timeout_keep_alive=75,
        **options,
    )


def _most() -> int:
    """At most a quarter of this process's handles: an upload takes two, and SSH and the database need theirs."""
    return min(_MOST_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)


def _loaded(config: uvicorn.Config) -> uvicorn.Config:
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"tls_certificate and tls_key cannot be used together: {error.strerror or error}. Name a certificate and "
            "the key it was made for, as PEM files."
        ) from error
    return config


async def _again(name: str, job: Callable[[], object], seconds: float) -> None:
    while True:
        with under_reference():
            try:
                await asyncio.to_thread(job)
            except Exception as error:  # a failed job is tried again; it must not end the server
                _log.error("a job failed", job=name, exc_info=error)
        await asyncio.sleep(seconds)


def _stop_signal() -> asyncio.Task[bool]:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _stopping():
        loop.add_signal_handler(number, told.set)
    return asyncio.create_task(told.wait())


def _authority(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _bound(host: str, port: int, setting: str = "http_port") -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise SettingsError(f"Cannot listen on {host} port {port}: {error.strerror}. Set {setting}.") from error
    return bound
