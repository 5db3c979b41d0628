"""What holds for every request of the existing ECP: the page's own origin, small bodies but for the file, headers."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.contract import paths
from backend.contract.faults import FORM_NOT_OURS, NOT_UNDERSTOOD, UNEXPECTED, Refused
from backend.doors.existing_ecp.pages import STYLE, refusal_page
from backend.logs import under_reference

LARGEST_BODY: Final = 16 * 1024
SUBMIT: Final = "/submit"
_STYLE: Final = b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",  # no-referrer would take the origin from posts
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_YEAR: Final = "max-age=31536000"
_log = structlog.get_logger(__name__)


class Guards:
    """ASGI middleware in front of the page; what fails unforeseen leaves it as 9000."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with under_reference() as reference:
            answer = _Answer(send, reference, secure=scope["scheme"] == "https")
            try:
                _refuse_at_sight(scope)
                await self._app(scope, receive if scope["path"] == SUBMIT else _small(receive), answer)
            except Refused as refused:
                await refusal_page(refused)(scope, receive, answer)
            except ClientDisconnect:
                _log.info("a browser left", path=scope["path"])
            except Exception as error:
                _log.error("unexpected", reference=reference, where="existing ECP", exc_info=error)
                if answer.started:
                    raise
                await refusal_page(Refused(UNEXPECTED, reference=reference))(scope, receive, answer)


def _refuse_at_sight(scope: Scope) -> None:
    """A form comes from this very page: browsers say so, in one header or the other, and no page can make them lie."""
    headers = Headers(scope=scope)
    declared = headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()):
        raise Refused(NOT_UNDERSTOOD, what="Content-Length is not a number.")
    if scope["path"] != SUBMIT and int(declared[:18]) > LARGEST_BODY:
        raise _too_large()
    if scope["method"] != "POST":
        return
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
    own = origin is None or urlsplit(origin).netloc == headers.get("host")
    if not own or site != "same-origin":
        raise Refused(FORM_NOT_OURS)


def _small(receive: Receive) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise _too_large()
        return message

    return limited


def _too_large() -> Refused:
    return Refused(NOT_UNDERSTOOD, what="The request body is too large.")


class _Answer:
    """Sends, with the headers that every answer bears; knows whether it has begun."""

    def __init__(self, send: Send, reference: str, *, secure: bool) -> None:
        self._send = send
        self._reference = reference
        self._secure = secure
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers[paths.REFERENCE_HEADER] = self._reference
            if self._secure:
                headers["strict-transport-security"] = _YEAR
        await self._send(message)
