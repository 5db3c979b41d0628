"""Runs a platform's doors in one event loop until told to stop: HTTP by uvicorn, SSH by asyncssh."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from backend.doors.http import create_app
from backend.doors.ssh import SshDoor, start_ssh
from backend.settings import SettingsError
from backend.wiring import Platform

_SWEEP_SECONDS: Final = 3600
_MOST_HANDLES: Final = 65536
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the doors are: the HTTP address, and the SSH port with its host key."""

    http: str
    ssh_host: str
    ssh_port: int
    ssh_host_key: str
    ssh_fingerprint: str


class _Server(uvicorn.Server):
    """uvicorn, with signals left to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(platform: Platform, ready: Callable[[Listening], None], app: FastAPI | None = None) -> None:
    """Serves until SIGTERM or SIGINT, then lets running requests and transfers finish; `ready` hears where."""
    _take_all_handles()
    uvloop.run(_serve(platform, ready, app))


async def _serve(platform: Platform, ready: Callable[[Listening], None], app: FastAPI | None) -> None:
    settings = platform.settings
    http = _bound(settings.http_host, settings.http_port)
    ssh = await _open_ssh(platform)
    server = _Server(_uvicorn(platform, app or create_app(platform.services)))
    serving = asyncio.create_task(server.serve([http]))
    sweeping = asyncio.create_task(_sweep_hourly(platform))
    stopped = _stop_signal()
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    scheme = "https" if settings.tls_certificate else "http"
    where = f"{scheme}://{_authority(http)}"
    ready(Listening(where, settings.ssh_host, ssh.port, ssh.host_key, ssh.fingerprint))
    try:
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sweeping.cancel()
        server.should_exit = True
        await ssh.close()
        await serving


def _take_all_handles() -> None:
    """As many open files as this process may have: connections, uploads and the database each take some."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_HANDLES if hard == resource.RLIM_INFINITY else min(hard, _MOST_HANDLES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _open_ssh(platform: Platform) -> SshDoor:
    settings = platform.settings
    try:
        return await start_ssh(
            platform.services, settings.ssh_host, settings.ssh_port, settings.secrets / "ssh_host_key"
        )
    except OSError as error:
        raise SettingsError(
            f"Cannot listen on {settings.ssh_host} port {settings.ssh_port}: {error.strerror}. Set ssh_port."
        ) from error


def _uvicorn(platform: Platform, app: FastAPI) -> uvicorn.Config:
    settings = platform.settings
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxy),
        forwarded_allow_ips=settings.trusted_proxy or "",
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        timeout_graceful_shutdown=30,
        timeout_keep_alive=75,
    )


async def _sweep_hourly(platform: Platform) -> None:
    while True:
        try:
            await asyncio.to_thread(platform.sweep)
        except Exception as error:  # a failed sweep is tried again; it must not end the server
            _log.error("sweep failed", exc_info=error)
        await asyncio.sleep(_SWEEP_SECONDS)


def _stop_signal() -> asyncio.Task[bool]:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    return asyncio.create_task(told.wait())


def _authority(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise SettingsError(f"Cannot listen on {host} port {port}: {error.strerror}. Set http_port.") from error
    return bound
