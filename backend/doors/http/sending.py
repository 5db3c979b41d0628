"""Sending a file: a block at a time, at the reader's pace, and not a byte longer than its reader may have it."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from typing import Any, Final

from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.contract.faults import Refused
from backend.core.reading import Reading
from backend.doors.http.ranges import asked_span

BLOCK: Final = 1 << 20
BLOCK_SECONDS: Final = 120.0
"""So long a reader may take for one block."""
ABORT: Final = "ecp.abort"
"""The extension of the scope that ends the connection at once, whatever still waits to be sent."""
_PARTIAL: Final = 206
_BYTES: Final[dict[str, Any]] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
FILE_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The whole file.", "content": _BYTES},
    _PARTIAL: {"description": "The bytes asked for.", "content": _BYTES},
}
Listen = Callable[[Callable[[], None]], Callable[[], None]]


def sent(
    request: Request,
    file_name: str,
    size: int,
    sha256: str,
    opened: Callable[[], Reading],
    still: Callable[[], None],
    listen: Listen,
) -> Sending:
    """The file, or the bytes of it that the request asks for; 4522 where it has none such."""
    etag = f'"{sha256}"'
    span = asked_span(request.headers, size, etag)
    headers = {
        "etag": etag,
        "accept-ranges": "bytes",
        "repr-digest": f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:",
        "content-disposition": f'attachment; filename="{file_name}"',
    }
    if span is not None:
        headers["content-range"] = f"bytes {span[0]}-{span[1] - 1}/{size}"
    status = 200 if span is None else _PARTIAL
    return Sending(opened, span or (0, size), still, listen, status_code=status, headers=headers)


class Sending(Response):
    """An answer whose bytes come from a reading; `still` raises what would refuse them now."""

    def __init__(
        self,
        opened: Callable[[], Reading],
        span: tuple[int, int],
        still: Callable[[], None],
        listen: Listen,
        **given: Any,
    ) -> None:
        super().__init__(None, media_type="application/octet-stream", **given)
        self.headers["content-length"] = str(span[1] - span[0])
        self._opened = opened
        self._span = span
        self._still = still
        self._listen = listen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reading = await run_in_threadpool(self._opened)
        try:
            await self._send(reading, scope, receive, send)
        finally:
            await asyncio.shield(run_in_threadpool(reading.close))

    async def _send(self, reading: Reading, scope: Scope, receive: Receive, send: Send) -> None:
        guard = _Guard(self._still)
        stop = self._listen(guard.taken_away)
        watching = [asyncio.create_task(guard.watch()), asyncio.create_task(guard.until_gone(receive))]
        try:
            async with guard.limit:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await self._blocks(reading, send, guard)
                guard.over = True
        except TimeoutError:
            guard.over = True
            abort = scope.get("extensions", {}).get(ABORT, {}).get("now")
            if abort is None:
                raise ConnectionAbortedError("the reader may not have the rest, or did not take it") from None
            abort()
            await asyncio.wait(watching[1:])  # the connection says that it is gone
        finally:
            stop()
            for task in watching:
                task.cancel()

    async def _blocks(self, reading: Reading, send: Send, guard: _Guard) -> None:
        at, end = self._span
        while at < end:
            block = await run_in_threadpool(reading.read, at, min(BLOCK, end - at))
            at += len(block)
            guard.go_on()
            await send({"type": "http.response.body", "body": block, "more_body": at < end})


class _Guard:
    """Ends the sending when the reader is gone, too slow, or may not have the file any more."""

    def __init__(self, still: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._still = still
        self._moved = asyncio.Event()
        self.over = False
        """Nothing is sent any more."""
        self.limit = asyncio.timeout(BLOCK_SECONDS)

    def taken_away(self) -> None:
        """Rights were taken away, of somebody: called in another thread."""
        self._loop.call_soon_threadsafe(self._moved.set)

    def go_on(self) -> None:
        if not self.over:
            self.limit.reschedule(self._loop.time() + BLOCK_SECONDS)

    async def watch(self) -> None:
        while await self._moved.wait():
            self._moved.clear()
            try:
                await run_in_threadpool(self._still)
            except Refused:
                self._end()
                return

    async def until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._end()

    def _end(self) -> None:
        if not self.over:
            self.over = True
            self.limit.reschedule(self._loop.time())
