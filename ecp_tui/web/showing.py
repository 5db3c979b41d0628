"""The console's page, and the line by which its console is seen and typed to."""

from __future__ import annotations

import json
from typing import Any, Final

from aiohttp import WSMsgType, web

from backend.contract.faults import SESSION_ENDED, Refused
from ecp_tui.web.entering import visit_of
from ecp_tui.web.guards import SITE
from ecp_tui.web.pages import new_nonce, page
from ecp_tui.web.sizes import bounded
from ecp_tui.web.visits import Closed, Visit

THEMES: Final = ("dark", "light")
LARGEST: Final = 256 * 1024
"""Bytes of one message: a long paste."""
_HEARTBEAT: Final = 40.0
"""Seconds: proxies cut a line that is silent for a minute."""
_FAREWELL: Final = 3.0
routes: Final = web.RouteTableDef()


@routes.get("/console")
async def console_page(request: web.Request) -> web.StreamResponse:
    """The page with the terminal, for whoever signed in."""
    if visit_of(request) is None:
        raise web.HTTPSeeOther("/")
    socket = request.app[SITE].public_url.replace("http", "ws", 1) + "/line"
    return page("console", nonce=new_nonce(), socket=socket)


@routes.get("/alive")
async def alive(request: web.Request) -> web.StreamResponse:
    """Whether the console still waits, for a page whose line broke."""
    if visit_of(request) is None:
        raise Refused(SESSION_ENDED)
    return web.Response(status=204)


@routes.get(r"/line/{theme:dark|light}")
async def line(request: web.Request) -> web.StreamResponse:
    """The websocket, bound to the cookie; its Origin was looked at already."""
    visit = visit_of(request)
    if visit is None:
        raise Refused(SESSION_ENDED)
    page = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=LARGEST, timeout=_FAREWELL, compress=True)
    await page.prepare(request)
    size = bounded(request.query.get("width"), request.query.get("height"))
    try:
        await visit.show_in(page, *size, theme=request.match_info["theme"])
        await _listen(page, visit)
    finally:
        visit.left_by(page)
    return page


async def _listen(page: web.WebSocketResponse, visit: Visit) -> None:
    """What the page says, until it goes; one that says something else is closed."""
    async for message in page:
        said = _said(message.data) if message.type is WSMsgType.TEXT else None
        if said is None or visit.page is not page:
            await page.close(code=Closed.BROKEN)
            return
        kind, value = said
        if kind == "stdin" and isinstance(value, str):
            await visit.type(value)
        elif kind == "resize" and isinstance(value, dict):
            await visit.resize(*bounded(value.get("width"), value.get("height")))


def _said(text: str) -> tuple[str, Any] | None:
    """A kind and its value; `None` where it is nothing that our script says."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not (isinstance(found, list) and found and isinstance(found[0], str)):
        return None
    return found[0], found[1] if len(found) > 1 else None
