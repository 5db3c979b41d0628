"""Files by one-time links: uploads stream through to the platform's tickets, downloads stream from it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import quote

from aiohttp import web

from backend.contract.faults import NOT_UNDERSTOOD, TICKET_ENDED, Exit, Refused
from backend.contract.messages import Fetchable
from ecp_tui.web.entering import visit_of
from ecp_tui.web.forms import client_of
from ecp_tui.web.pages import page
from ecp_tui.web.shelf import Kind, Link, Shelf

_BLOCK: Final = 256 * 1024
_BYTES: Final = "application/octet-stream"
_LONGEST_NAME: Final = 200
_SAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
routes: Final = web.RouteTableDef()


@routes.get("/upload/{key}")
async def upload_page(request: web.Request) -> web.StreamResponse:
    """The file chooser; looking at it uses nothing."""
    _, link = _found(request, "upload")
    return page("upload", file_name=link.file_name)


@routes.put("/upload/{key}")
async def upload(request: web.Request) -> web.StreamResponse:
    """Passes the bytes on as they come. What broke off may be tried again; an answer, whatever it is, ends the link."""
    shelf, _ = _found(request, "upload")
    key = request.match_info["key"]
    link = shelf.take(key, "upload")
    assert link is not None  # noqa: S101 - nothing was awaited since it was found
    client = client_of(request)
    try:
        progress = await client.send_ticketed(
            link.ticket,
            request.content.iter_chunked(_BLOCK),
            size=_size(request),
            file_name=request.query.get("name", link.file_name)[: _LONGEST_NAME * 5],
        )
    except Refused as refused:
        if refused.fault.exit is Exit.NETWORK:
            shelf.put_back(key, link)
        raise
    finally:
        await client.close()
    return web.json_response({"size": progress.size, "sha256": progress.sha256})


@routes.get("/download/{key}")
async def download(request: web.Request) -> web.StreamResponse:
    """What the console made, or a published file."""
    shelf, _ = _found(request, "download", "save")
    if request.method == "HEAD":  # a look is no use of it
        return web.Response()
    link = shelf.take(request.match_info["key"], "download", "save")
    assert link is not None  # noqa: S101 - nothing was awaited since it was found
    if link.kind == "save":
        return web.Response(body=link.content, headers=_attached(link.file_name), content_type=_BYTES)
    assert link.wanted is not None  # noqa: S101 - a download has one
    client = client_of(request, link.token)
    try:
        return await _stream(request, link.wanted, client.fetch(link.wanted))
    finally:
        await client.close()


async def _stream(request: web.Request, wanted: Fetchable, blocks: AsyncIterator[bytes]) -> web.StreamResponse:
    """The first block is waited for: until then a refusal can still be said. Later the line is cut, so that nobody
    takes what came for the whole."""
    first = await anext(blocks, b"")
    answer = web.StreamResponse(headers=_attached(wanted.file_name))
    answer.content_type, answer.content_length = _BYTES, wanted.size
    await answer.prepare(request)
    await answer.write(first)
    try:
        async for block in blocks:
            await answer.write(block)
    except Refused as refused:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError from refused
    await answer.write_eof()
    return answer


def _attached(file_name: str) -> dict[str, str]:
    """Into the downloads, under its own name: whatever else is in it, it is no path, no header and no page."""
    name = file_name.replace("\\", "/").rpartition("/")[2].lstrip(".")[:_LONGEST_NAME] or "file"
    plain = _SAFE.sub("_", name)
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}


def _found(request: web.Request, *kinds: Kind) -> tuple[Shelf, Link]:
    """The link, if it is this browser's; nobody learns whether it is another's."""
    visit = visit_of(request)
    link = visit.shelf.see(request.match_info["key"], *kinds) if visit is not None else None
    if visit is None or link is None:
        raise Refused(TICKET_ENDED)
    return visit.shelf, link


def _size(request: web.Request) -> int:
    if request.content_length is None:
        raise Refused(NOT_UNDERSTOOD, what="The file's size was not said.")
    return request.content_length
