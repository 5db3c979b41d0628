"""What holds for every request: the version spoken, small bodies but for uploads, nothing cached."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.contract import paths
from backend.contract.faults import NOT_UNDERSTOOD, VERSIONS_DIFFER, Refused
from backend.doors.http.faults import problem

LARGEST_BODY: Final = 64 * 1024


class Guards:
    """ASGI middleware in front of every route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        spoken = headers.get(paths.VERSION_HEADER, paths.VERSION)
        if spoken != paths.VERSION:
            await problem(Refused(VERSIONS_DIFFER, client=spoken[:20], server=paths.VERSION))(scope, receive, send)
            return
        if scope["method"] != "PUT" and _declared(headers) > LARGEST_BODY:
            await problem(Refused(NOT_UNDERSTOOD, what="The request body is too large."))(scope, receive, send)
            return
        small = receive if scope["method"] == "PUT" else _small(receive)
        await self._app(scope, small, _uncached(send))


def _declared(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else LARGEST_BODY + 1


def _small(receive: Receive) -> Receive:
    """Ends a body that grows beyond what any request but an upload needs."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= LARGEST_BODY else {"type": "http.disconnect"}

    return limited


def _uncached(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("cache-control", "no-store")
            headers.setdefault("x-content-type-options", "nosniff")
            headers.setdefault(paths.VERSION_HEADER, paths.VERSION)
        await send(message)

    return marked
