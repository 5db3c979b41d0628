"""The existing ECP's routes: sign in, choose a folder that has not moved, submit, sign out."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, SESSION_ENDED, Refused
from backend.core.existing_intake import ExistingIntake
from backend.core.services import Services
from backend.doors.existing_ecp.guards import SUBMIT, Guards
from backend.doors.existing_ecp.pages import refusal_page, sign_in_page, submit_page
from backend.doors.existing_ecp.submitting import Refusal, submitted

HOME: Final = "/"
_SEE_OTHER: Final = 303


def create_existing_app(services: Services) -> Starlette:
    """The ASGI app of the existing intake."""
    app = Starlette(
        routes=[
            Route(HOME, home),
            Route("/sign-in", sign_in, methods=["POST"]),
            Route("/sign-out", sign_out, methods=["POST"]),
            Route(SUBMIT, submit, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _no_page, Refused: _refused},
        middleware=[Middleware(Guards)],
    )
    app.router.redirect_slashes = False
    app.state.services = services
    return app


async def home(request: Request) -> Response:
    """The form, for whoever is signed in; else the way in."""
    intake = _intake(request)
    try:
        visit = await run_in_threadpool(intake.visit, _cookie(request, _SESSION), _source(request))
    except Refused as refused:
        if refused.fault is not SESSION_ENDED:
            raise
        return await _way_in(request)
    return submit_page(visit, await run_in_threadpool(intake.offered, visit.actor))


async def sign_in(request: Request) -> Response:
    intake, fields = _intake(request), await _fields(request)
    services: Services = request.app.state.services
    source, login = _source(request), fields.get("login", "")
    try:
        intake.sessions.refuse_foreign(_cookie(request, _NONCE), fields.get("key", ""))
        work = services.sign_in_pool.submit(lambda: intake.sign_in(login, fields.get("password", ""), source))
        token = await asyncio.shield(asyncio.wrap_future(work))
    except Refused as refused:
        return await _way_in(request, login, refused)
    answer = RedirectResponse(HOME, _SEE_OTHER)
    _keep(answer, request, _SESSION, token)
    _drop(answer, request, _NONCE)
    return answer


async def sign_out(request: Request) -> Response:
    intake, token = _intake(request), _cookie(request, _SESSION)
    fields = await _fields(request)
    answer = RedirectResponse(HOME, _SEE_OTHER)
    try:
        visit = await run_in_threadpool(intake.visit, token, _source(request))
    except Refused:
        return answer
    intake.refuse_foreign(visit, fields.get("key", ""))
    intake.sessions.end(token)
    _drop(answer, request, _SESSION)
    return answer


async def submit(request: Request) -> Response:
    intake = _intake(request)
    visit = await run_in_threadpool(intake.visit, _cookie(request, _SESSION), _source(request))
    outcome = await submitted(intake, visit, request)
    offered = await run_in_threadpool(intake.offered, visit.actor)
    if isinstance(outcome, Refusal):
        return submit_page(visit, offered, chosen=outcome.chosen, refused=outcome.refused)
    return submit_page(visit, offered, receipt=outcome)


async def _way_in(request: Request, login: str = "", refused: Refused | None = None) -> HTMLResponse:
    """Every form is a new one, and its browser's alone."""
    intake = _intake(request)
    await run_in_threadpool(intake.refuse_ended)
    nonce = intake.sessions.nonce()
    answer = sign_in_page(intake.sessions.form_key(nonce), login[:40], refused)
    _keep(answer, request, _NONCE, nonce)
    return answer


async def _fields(request: Request) -> dict[str, str]:
    """A short form without a file; 9002 for one that says something twice."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Refused(NOT_UNDERSTOOD, what="The form is not the one on this page.")
    try:
        said = parse_qsl((await request.body()).decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=9)
    except ValueError as error:
        raise Refused(NOT_UNDERSTOOD, what="The form is damaged.") from error
    if len(dict(said)) != len(said):
        raise Refused(NOT_UNDERSTOOD, what="The form says something twice.")
    return dict(said)


# ── cookies: for this page alone, out of reach of scripts, and never sent with what another site asks ────────────

_SESSION: Final = "existing-ecp"
_NONCE: Final = "existing-ecp-form"


def _named(request: Request, name: str) -> str:
    """By TLS a name that no other host of the domain can set."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def _cookie(request: Request, name: str) -> str:
    return request.cookies.get(_named(request, name), "")[:200]


def _keep(answer: Response, request: Request, name: str, value: str) -> None:
    secure = request.url.scheme == "https"
    answer.set_cookie(_named(request, name), value, path="/", secure=secure, httponly=True, samesite="strict")


def _drop(answer: Response, request: Request, name: str) -> None:
    secure = request.url.scheme == "https"
    answer.delete_cookie(_named(request, name), path="/", secure=secure, httponly=True, samesite="strict")


def _intake(request: Request) -> ExistingIntake:
    services: Services = request.app.state.services
    return services.existing


def _source(request: Request) -> str:
    return request.client.host if request.client is not None else "-"


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    return refusal_page(error)


async def _no_page(request: Request, error: Exception) -> Response:
    return refusal_page(Refused(NOT_FOUND))
