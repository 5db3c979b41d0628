"""What stands in front of every page: who may ask, by which name, from which page, and with which browser."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, TERMINAL_NOT_SUPPORTED, UNEXPECTED, UNREACHABLE, Refused
from backend.contract.rules.shown import shown
from ecp_tui.screens.mishap import write_down
from ecp_tui.web.browsers import NOT_SUPPORTED, SUPPORTED, why_not
from ecp_tui.web.connections import Entrance
from ecp_tui.web.pages import harden, page
from ecp_tui.web.site import Site

SITE: Final = web.AppKey("site", Site)
ENTRANCE: Final = web.AppKey("entrance", Entrance)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_LOOKS: Final = ("GET", "HEAD")


@web.middleware
async def guarded(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Refuses before any page is asked; whatever fails is answered with a page that says so."""
    try:
        _refuse_at_sight(request)
        return await handler(request)
    except Refused as refused:
        return refusal(request, refused)
    except web.HTTPException as answer:
        if answer.status < web.HTTPBadRequest.status_code:
            raise
        if answer.status == web.HTTPNotFound.status_code:
            return refusal(request, Refused(NOT_FOUND))
        return refusal(request, Refused(NOT_UNDERSTOOD, what=f"{answer.reason}."), answer.status)
    except ConnectionError as error:  # the browser has gone, and hears no answer
        raise web.HTTPBadRequest from error
    except Exception as error:
        written = write_down(error, request.app[SITE].log, datetime.now(UTC))
        return refusal(request, Refused(UNEXPECTED, reference=written.values["reference"].partition(",")[0]))


async def hardened(request: web.Request, answer: web.StreamResponse) -> None:
    """Every answer bears the headers, whoever made it."""
    harden(request.app[SITE], answer)


def refusal(request: web.Request, refused: Refused, status: int = 0) -> web.Response:
    """The fault as a page, or as a line for what reads no pages. Where the platform lies is nobody's concern."""
    if refused.fault is UNREACHABLE:
        refused = Refused(UNREACHABLE, server="The platform behind this page", why="its line is down, or it is stopped")
    status = status or refused.fault.http
    if "text/html" not in request.headers.get("accept", "") and refused.fault is not TERMINAL_NOT_SUPPORTED:
        return web.Response(status=status, text=f"{refused}\n")
    if refused.fault is TERMINAL_NOT_SUPPORTED:
        return page("unsupported", status=status, refused=refused, supported=SUPPORTED, words=NOT_SUPPORTED)
    return page("refused", status=status, refused=refused, way=True)


def form_token(key: bytes, held: str) -> str:
    """What a form must send along with the cookie that its page set."""
    return hmac.new(key, held.encode(), "sha256").hexdigest()


def _refuse_at_sight(request: web.Request) -> None:
    site = request.app[SITE]
    request.app[ENTRANCE].heard(request.transport)
    if request.headers.getall("host", []) != [site.authority]:
        raise Refused(NOT_UNDERSTOOD, what=f"This page is {site.public_url}, and answers to no other name.")
    if not request.path.startswith("/static/") and (why := why_not(request.headers)):
        raise Refused(TERMINAL_NOT_SUPPORTED, found=f"the browser {why}")
    if request.method not in _LOOKS or "upgrade" in request.headers:
        _refuse_foreign(request, site)


def _refuse_foreign(request: web.Request, site: Site) -> None:
    """What changes anything, and a console's line, comes from our own pages alone."""
    origins = request.headers.getall("origin", [])
    fetched = request.headers.get("sec-fetch-site", "same-origin")
    if origins != [site.public_url] or fetched != "same-origin":
        asked = shown(origins[0], 80) if origins else "no page"
        raise Refused(NOT_UNDERSTOOD, what=f"This was asked by {asked}, and not by a page of {site.public_url}.")
