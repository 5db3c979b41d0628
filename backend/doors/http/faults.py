"""Refusals as problem documents (RFC 9457); anything unexpected as 9000 with a reference, its details in the log."""

from __future__ import annotations

from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from backend.contract import paths
from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, NOT_WITHIN, UNEXPECTED, Refused
from backend.contract.messages import Problem
from backend.contract.rules.shown import shown
from backend.logs import reference

_log = structlog.get_logger(__name__)
_NOT_FOUND: Final = 404
_UNKNOWN: Final = "extra_forbidden"
_MOST_NAMED: Final = 10
RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "default": {
        "description": "A numbered fault: what was wrong, and the one thing that fixes it.",
        "content": {paths.PROBLEM_TYPE: {"schema": Problem.model_json_schema()}},
    }
}


def problem(refused: Refused) -> Response:
    body = Problem(
        type=f"urn:ecp:fault:{refused.number}",
        title=refused.title,
        status=refused.fault.http,
        detail=refused.what,
        number=refused.number,
        remedy=refused.remedy,
        values=refused.values,
        reference=refused.values.get("reference"),
    )
    headers = {"cache-control": "no-store"}
    if refused.fault is NOT_WITHIN:  # RFC 9110, 15.5.17: how long the file is that has no such range
        headers["content-range"] = f"bytes */{refused.values['size'].replace(',', '')}"
    return Response(body.model_dump_json(), refused.fault.http, headers, paths.PROBLEM_TYPE)


def unexpected(error: BaseException, where: str) -> Refused:
    """9000 with a reference under which the log has the details."""
    said = reference()
    _log.error("unexpected", reference=said, where=where, exc_info=error)
    return Refused(UNEXPECTED, reference=said)


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location[1:]) or "body"


def install(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return problem(error)

    @app.exception_handler(RequestValidationError)
    async def not_understood(request: Request, error: RequestValidationError) -> Response:
        named = {(one["type"] == _UNKNOWN, _place(one["loc"])) for one in error.errors()}
        unknown = sorted(place for strange, place in named if strange)
        if unknown:
            source = request.client.host if request.client is not None else "-"
            places = [shown(place, 80) for place in unknown[:_MOST_NAMED]]
            _log.warning("unknown fields", path=request.url.path, source=source, fields=places, count=len(unknown))
        # What nobody knows is not said again: it may be a secret in the wrong place.
        wrong = sorted(place for strange, place in named if not strange) + ["a field that is not known"] * bool(unknown)
        return problem(Refused(NOT_UNDERSTOOD, what=f"Not as it should be: {shown(', '.join(wrong), 200)}."))

    @app.exception_handler(HTTPException)
    async def no_route(request: Request, error: HTTPException) -> Response:
        if isinstance(error.__cause__, Refused):
            return problem(error.__cause__)
        if error.status_code == _NOT_FOUND:
            return problem(Refused(NOT_FOUND))
        return problem(Refused(NOT_UNDERSTOOD, what=f"{request.method} does not apply here, or the body is damaged."))
