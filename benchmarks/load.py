"""A small HTTP/1.1 client that costs little, so that what is measured is the server."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any


async def answered(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The status and the body of the next answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return int(head[9:12]), await reader.readexactly(length)


class Caller:
    """One kept-alive connection to this machine; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.taken: list[float] = []
        """Seconds of every request so far."""

    async def call(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        start = time.perf_counter()
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        answer = await answered(self._reader)
        self.taken.append(time.perf_counter() - start)
        return answer

    async def json(self, method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """The answer of a request that must succeed."""
        kind = {"Content-Type": "application/json", **(headers or {})}
        status, answer = await self.call(method, target, json.dumps(body).encode() if body is not None else b"", kind)
        assert status < 300, answer
        return json.loads(answer)


@asynccontextmanager
async def caller(port: int) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()
