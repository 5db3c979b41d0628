"""Every request has a reference and is noted: in the log, in the figures, and for whoever asked in the answer."""

from __future__ import annotations

import time
from typing import Final

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.contract import paths
from backend.core.figures import HTTP_REQUESTS, HTTP_SECONDS
from backend.core.services import Services
from backend.logs import under_reference

OTHER: Final = "other"
"""Stands for a path that is no route's, and for a method that no route has: both are a stranger's words."""
CUT: Final = "cut"
"""Stands for the status of what was not answered to the end."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
_LOOKING: Final = frozenset({"GET", "HEAD"})
_BAD: Final = 400
_log = structlog.get_logger(__name__)


class Noted:
    """ASGI in front of all else. What it notes of a path is its route: the path itself may name somebody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        with under_reference() as reference:
            answer = _Answer(send, reference)
            try:
                await self._app(scope, receive, answer)
            finally:
                _note(scope, answer, time.monotonic() - began)


def _note(scope: Scope, answer: _Answer, seconds: float) -> None:
    services: Services = scope["app"].state.services
    method = scope["method"] if scope["method"] in _METHODS else OTHER
    route = str(getattr(scope.get("route"), "path", OTHER))
    status = f"{answer.status // 100}xx" if answer.ended else CUT
    services.tally.add(HTTP_REQUESTS, method, route, status)
    services.tally.time(HTTP_SECONDS, seconds, route)
    tell = _log.debug if method in _LOOKING and answer.ended and answer.status < _BAD else _log.info
    source = scope["client"][0] if scope.get("client") else None
    tell("request", method=method, route=route, status=answer.status, ms=round(seconds * 1000), source=source)


class _Answer:
    """Sends, with the reference; knows what was answered, and whether to its end."""

    def __init__(self, send: Send, reference: str) -> None:
        self._send = send
        self._reference = reference
        self.status = 0
        self.ended = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            MutableHeaders(scope=message)[paths.REFERENCE_HEADER] = self._reference
        await self._send(message)
        self.ended = message["type"] == "http.response.body" and not message.get("more_body")
