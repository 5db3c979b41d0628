"""Signing in: a plain form for login ID, password and One-Time-Password, answered by the platform itself."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from backend.contract.faults import TERMINAL_NOT_SUPPORTED, Refused
from ecp_tui.client import EcpClient
from ecp_tui.recovery_wording import SAID
from ecp_tui.web.forms import COOKIE, client_of, fields_of, form_page, refuse_forged, source_of
from ecp_tui.web.guards import SITE
from ecp_tui.web.visits import Visit, Visits

VISITS: Final = web.AppKey("visits", Visits)
_DONE: Final[dict[str, str]] = {"left": "You signed out."} | {purpose: said for purpose, said in SAID.items()}
routes: Final = web.RouteTableDef()


def visit_of(request: web.Request) -> Visit | None:
    """The visit that this browser's cookie belongs to."""
    return request.app[VISITS].of(request.cookies.get(request.app[SITE].cookie, ""))


@routes.get("/")
async def sign_in_page(request: web.Request) -> web.StreamResponse:
    """The first page; whoever signed in already goes on to the console."""
    if visit_of(request) is not None:
        raise web.HTTPSeeOther("/console")
    return await _form(request, said=next((words for name, words in _DONE.items() if name in request.query), ""))


@routes.get("/not-supported")
async def not_supported(request: web.Request) -> web.StreamResponse:
    """Where a page's script leads that finds fingers and no mouse."""
    raise Refused(TERMINAL_NOT_SUPPORTED, found="the browser is a phone or a tablet")


@routes.post("/sign-in")
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Opens a visit, and leads to its console; whatever is wrong is said on the form."""
    fields = await fields_of(request, "transaction", "login_id", "password", "otp")
    client = client_of(request)
    try:
        refuse_forged(request, fields["form"])
        otp = "".join(fields["otp"].split())
        ticket = await client.sign_in(fields["transaction"], fields["login_id"].strip(), fields["password"], otp)
        me = await client.open_session(ticket.ticket)
        cookie = await _open(request, client, me.login_id)
    except Refused as refused:
        await client.close()
        return await _form(request, refused, login_id=fields["login_id"].strip())
    answer = web.HTTPSeeOther("/console")
    site = request.app[SITE]
    answer.set_cookie(site.cookie, cookie, path="/", httponly=True, secure=site.secure, samesite="Strict")
    answer.del_cookie(COOKIE, path="/")
    raise answer


async def _open(request: web.Request, client: EcpClient, login_id: str) -> str:
    """A new visit in place of one that this browser had; where there are too many, the session ends at once."""
    if (before := visit_of(request)) is not None:
        await before.end()
    site = request.app[SITE]
    opening = {
        "server": site.server,
        "ca_file": str(site.ca_file) if site.ca_file else None,
        "token": client.token,
        "login_id": login_id,
        "source": source_of(request),
        "public_url": site.public_url,
        "state_dir": str(site.log.parent),
    }
    try:
        return request.app[VISITS].open(Visit(login_id, client, opening, site.log))
    except Refused:
        await client.sign_out()
        raise


async def _form(
    request: web.Request, refused: Refused | None = None, *, login_id: str = "", said: str = ""
) -> web.StreamResponse:
    """The form, with a sign-in that begins now."""
    client = client_of(request)
    try:
        landing = await client.landing()
        begun = await client.begin_sign_in()
    finally:
        await client.close()
    return form_page(
        request,
        "sign_in",
        refused=refused,
        login_id=login_id,
        said=said,
        transaction=begun.transaction,
        until=f"{begun.expires.astimezone(ZoneInfo(landing.timezone)):%H:%M}",
        name=landing.name,
        notices=landing.notices,
        demo=landing.demo,
    )
