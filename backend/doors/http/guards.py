"""What holds for every request: the version spoken, small bodies but for uploads, plain paths, nothing cached."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_plus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.contract import paths
from backend.contract.faults import NOT_UNDERSTOOD, VERSIONS_DIFFER, Refused
from backend.contract.rules.shown import shown
from backend.doors.http.faults import problem, unexpected

LARGEST_BODY: Final = 64 * 1024
_LONGEST_LENGTH: Final = 18
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FILES: Final = frozenset({paths.TICKETED, paths.PUBLISHED})
_TOO_LARGE: Final = "The request body is too large."


class Guards:
    """ASGI middleware in front of every route; what fails unforeseen leaves it as 9000."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            _refuse_at_sight(scope)
            await self._app(scope, receive if _uploads(scope) else _small(receive), answer)
        except Refused as refused:
            await problem(refused)(scope, receive, answer)
        except Exception as error:
            if answer.started:
                raise
            await problem(unexpected(error, scope["path"]))(scope, receive, answer)


def declared_size(headers: Headers) -> int | None:
    """What Content-Length says; raises 9002 where it is no number."""
    length = headers.get("content-length")
    if length is None:
        return None
    if not (length.isascii() and length.isdigit() and len(length) <= _LONGEST_LENGTH):
        raise Refused(NOT_UNDERSTOOD, what="Content-Length is not a number.")
    return int(length)


def _uploads(scope: Scope) -> bool:
    path = str(scope["path"])
    return scope["method"] == "PUT" and (path in _FILES or path.startswith(f"{paths.SUBMISSIONS}/"))


def _refuse_at_sight(scope: Scope) -> None:
    headers = Headers(scope=scope)
    spoken = headers.get(paths.VERSION_HEADER, paths.VERSION)
    if spoken != paths.VERSION:
        raise Refused(VERSIONS_DIFFER, client=shown(spoken, 20), server=paths.VERSION)
    if _uploads(scope):  # a file name with control characters is refused as such, by the rules of its folder
        return
    if _CONTROL.search(scope["path"] + unquote_plus(scope["query_string"].decode("latin-1"))):
        raise Refused(NOT_UNDERSTOOD, what="The address holds control characters.")
    if (declared_size(headers) or 0) > LARGEST_BODY:
        raise Refused(NOT_UNDERSTOOD, what=_TOO_LARGE)


def _small(receive: Receive) -> Receive:
    """Ends a body that grows beyond what any request but an upload needs."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise Refused(NOT_UNDERSTOOD, what=_TOO_LARGE)
        return message

    return limited


class _Answer:
    """Sends, with the headers that every answer bears; knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers.setdefault("cache-control", "no-store")
            headers.setdefault("x-content-type-options", "nosniff")
            headers.setdefault(paths.VERSION_HEADER, paths.VERSION)
        await self._send(message)
