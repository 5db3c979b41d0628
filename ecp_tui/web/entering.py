"""Signing in: a plain form for login ID, password and One-Time-Password, answered by the platform itself."""

from __future__ import annotations

import secrets
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from backend.contract.faults import NOT_UNDERSTOOD, SIGN_IN_EXPIRED, TERMINAL_NOT_SUPPORTED, Refused
from ecp_tui.client import EcpClient
from ecp_tui.web.guards import SITE, form_token
from ecp_tui.web.pages import page
from ecp_tui.web.visits import Visit, Visits

VISITS: Final = web.AppKey("visits", Visits)
FORM_KEY: Final = web.AppKey("form_key", bytes)
_FORM_COOKIE: Final = "ecp-form"
_LONGEST: Final = 1000
routes: Final = web.RouteTableDef()


def visit_of(request: web.Request) -> Visit | None:
    """The visit that this browser's cookie belongs to."""
    return request.app[VISITS].of(request.cookies.get(request.app[SITE].cookie, ""))


def source_of(request: web.Request) -> str:
    return request.app[SITE].source(request.remote or "", request.headers.get("x-forwarded-for", ""))


@routes.get("/")
async def sign_in_page(request: web.Request) -> web.StreamResponse:
    """The first page; whoever signed in already goes on to the console."""
    if visit_of(request) is not None:
        raise web.HTTPSeeOther("/console")
    return await _form(request)


@routes.get("/not-supported")
async def not_supported(request: web.Request) -> web.StreamResponse:
    """Where a page's script leads that finds fingers and no mouse."""
    raise Refused(TERMINAL_NOT_SUPPORTED, found="the browser is a phone or a tablet")


@routes.post("/sign-in")
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Opens a visit, and leads to its console; whatever is wrong is said on the form."""
    fields = await _fields(request)
    client = _client(request)
    try:
        _refuse_forged(request, fields["form"])
        otp = "".join(fields["otp"].split())
        ticket = await client.sign_in(fields["transaction"], fields["login_id"].strip(), fields["password"], otp)
        me = await client.open_session(ticket.ticket)
        cookie = await _open(request, client, me.login_id)
    except Refused as refused:
        await client.close()
        return await _form(request, refused, fields["login_id"].strip())
    answer = web.HTTPSeeOther("/console")
    site = request.app[SITE]
    answer.set_cookie(site.cookie, cookie, path="/", httponly=True, secure=site.secure, samesite="Strict")
    answer.del_cookie(_FORM_COOKIE, path="/")
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


async def _form(request: web.Request, refused: Refused | None = None, login_id: str = "") -> web.StreamResponse:
    """The form, with a sign-in that begins now."""
    client = _client(request)
    try:
        landing = await client.landing()
        begun = await client.begin_sign_in()
    finally:
        await client.close()
    held = secrets.token_urlsafe(16)
    answer = page(
        "sign_in",
        status=refused.fault.http if refused else 200,
        refused=refused,
        login_id=login_id,
        transaction=begun.transaction,
        until=f"{begun.expires.astimezone(ZoneInfo(landing.timezone)):%H:%M}",
        form=form_token(request.app[FORM_KEY], held),
        name=landing.name,
        notices=landing.notices,
        demo=landing.demo,
        where=request.app[SITE].authority,
        host=request.app[SITE].authority.partition(":")[0],
        said="You signed out." if "left" in request.query else "",
    )
    secure = request.app[SITE].secure
    answer.set_cookie(_FORM_COOKIE, held, path="/", httponly=True, secure=secure, samesite="Strict")
    return answer


def _refuse_forged(request: web.Request, said: str) -> None:
    held = request.cookies.get(_FORM_COOKIE, "")
    right = form_token(request.app[FORM_KEY], held)
    if not held or not secrets.compare_digest(said.encode(), right.encode()):
        raise Refused(SIGN_IN_EXPIRED)


async def _fields(request: web.Request) -> dict[str, str]:
    """What the form sent, each at most once and none of it long."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise Refused(NOT_UNDERSTOOD, what="A form was expected.")
    sent = await request.post()
    fields = {name: sent.getall(name, []) for name in ("form", "transaction", "login_id", "password", "otp")}
    if any(len(said) != 1 or len(str(said[0])) > _LONGEST for said in fields.values()):
        raise Refused(NOT_UNDERSTOOD, what="The form is not complete.")
    return {name: str(said[0]) for name, said in fields.items()}


def _client(request: web.Request) -> EcpClient:
    site = request.app[SITE]
    return EcpClient(site.server, ca_file=site.ca_file, source=source_of(request))
