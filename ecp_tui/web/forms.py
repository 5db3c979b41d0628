"""Plain forms: what they send, and that it was sent by the page that holds them."""

from __future__ import annotations

import secrets
from typing import Any, Final

from aiohttp import web

from backend.contract.faults import NOT_UNDERSTOOD, SIGN_IN_EXPIRED, Refused
from ecp_tui.client import EcpClient
from ecp_tui.web.guards import SITE, form_token
from ecp_tui.web.pages import page

FORM_KEY: Final = web.AppKey("form_key", bytes)
COOKIE: Final = "ecp-form"
_LONGEST: Final = 1000


def source_of(request: web.Request) -> str:
    """The browser's address."""
    forwarded = ",".join(request.headers.getall("x-forwarded-for", []))  # some proxies add a line of their own
    return request.app[SITE].source(request.remote or "", forwarded)


def client_of(request: web.Request, token: str | None = None) -> EcpClient:
    """The platform, asked for this browser."""
    site = request.app[SITE]
    return EcpClient(site.server, ca_file=site.ca_file, token=token, source=source_of(request))


def form_page(request: web.Request, template: str, *, refused: Refused | None = None, **values: Any) -> web.Response:
    """A page with forms, whose token belongs to the cookie that comes with it; what was refused is said on it."""
    site, held = request.app[SITE], secrets.token_urlsafe(16)
    answer = page(
        template,
        status=refused.fault.http if refused else 200,
        refused=refused,
        form=form_token(request.app[FORM_KEY], held),
        where=site.authority,
        host=site.authority.partition(":")[0],
        **values,
    )
    answer.set_cookie(COOKIE, held, path="/", httponly=True, secure=site.secure, samesite="Strict")
    return answer


async def fields_of(request: web.Request, *names: str) -> dict[str, str]:
    """What the form sent: each of these once, and none of it long."""
    if request.content_type != "application/x-www-form-urlencoded" or (request.charset or "utf-8").lower() != "utf-8":
        raise Refused(NOT_UNDERSTOOD, what="A form was expected.")
    sent = await request.post()
    fields = {name: sent.getall(name, []) for name in ("form", *names)}
    if any(len(said) != 1 or len(str(said[0])) > _LONGEST for said in fields.values()):
        raise Refused(NOT_UNDERSTOOD, what="The form is not complete.")
    return {name: str(said[0]) for name, said in fields.items()}


def refuse_forged(request: web.Request, said: str) -> None:
    """A form counts with the cookie of its own page alone."""
    held = request.cookies.get(COOKIE, "")
    right = form_token(request.app[FORM_KEY], held)
    if not held or not secrets.compare_digest(said.encode(), right.encode()):
        raise Refused(SIGN_IN_EXPIRED)
