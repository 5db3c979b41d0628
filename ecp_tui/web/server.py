"""The browser edition as a server: its routes, its listener, and its end."""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Final

from aiohttp import web

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from ecp_tui.web import entering, files, forms, recovering, showing
from ecp_tui.web.connections import Connection, Entrance
from ecp_tui.web.guards import ENTRANCE, SITE, guarded, hardened
from ecp_tui.web.pages import Static
from ecp_tui.web.site import Site
from ecp_tui.web.visits import Visits

_LARGEST_FORM: Final = 16 * 1024
_LAST_SECONDS: Final = 10.0
_HANDSHAKE: Final = 15.0


def create_app(site: Site) -> web.Application:
    """The pages of this site, and nothing else."""
    app = web.Application(middlewares=[guarded], client_max_size=_LARGEST_FORM)
    app[SITE], app[ENTRANCE] = site, Entrance(site)
    app[entering.VISITS], app[forms.FORM_KEY] = Visits(), secrets.token_bytes(32)
    for routes in (entering.routes, recovering.routes, showing.routes, files.routes):
        app.add_routes(routes)
    app.router.add_get("/static/{name}", Static().get)
    app.on_response_prepare.append(hardened)
    app.on_shutdown.append(_end_visits)
    return app


async def serve(site: Site, ready: Callable[[Site], None]) -> None:
    """Serves until SIGINT or SIGTERM; `ready` hears where."""
    async with listening(site) as found:
        ready(found)
        await _told_to_stop()


@asynccontextmanager
async def listening(site: Site) -> AsyncIterator[Site]:
    """Serves meanwhile. Where no public address was named, it is where this listens."""
    site.refuse_unsafe()
    tls = _tls(site)
    bound = _bound(site)
    site = replace(site, public_url=site.public_url or site.listening(bound.getsockname()[1]))
    app = create_app(site)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_LAST_SECONDS)
    await runner.setup()
    assert runner.server is not None  # noqa: S101 - setting up made it
    line = partial(Connection, app[ENTRANCE], runner.server)
    patience = _HANDSHAKE if tls else None
    listener = await asyncio.get_running_loop().create_server(line, sock=bound, ssl=tls, ssl_handshake_timeout=patience)
    try:
        yield site
    finally:
        listener.close()
        await runner.cleanup()


async def _end_visits(app: web.Application) -> None:
    await app[entering.VISITS].end_all()


async def _told_to_stop() -> None:
    told = asyncio.Event()
    with suppress(NotImplementedError):  # Windows interrupts instead
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()


def _bound(site: Site) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in site.host else socket.AF_INET
        return socket.create_server((site.host, site.port), family=family)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Refused(NOT_UNDERSTOOD, what=f"Cannot listen on {site.host} port {site.port}: {why}.") from error


def _tls(site: Site) -> ssl.SSLContext | None:
    if site.tls_certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(site.tls_certificate, site.tls_key)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or str(error)
        raise Refused(NOT_UNDERSTOOD, what=f"Certificate and key cannot be used together: {why}.") from error
    return context
