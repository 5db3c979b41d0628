"""A form with one file, as browsers send it (RFC 7578): few short fields first, then the file, block by block.

Nothing but that is understood: what a browser does not write is refused, and no more is kept than a field may be long.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from backend.contract.faults import INCOMPLETE_UPLOAD, NOT_UNDERSTOOD, Refused

MOST_FIELDS: Final = 10
LONGEST_FIELD: Final = 1024
LONGEST_HEAD: Final = 2048
_BOUNDARY: Final = re.compile(rb"[0-9A-Za-z'()+_,./:=?-]{1,70}")
_TYPE: Final = re.compile(r'multipart/form-data;\s*boundary="?([^";\s]+)"?', re.IGNORECASE)
_HEADER: Final = re.compile(rb"[A-Za-z-]{1,40}:")
_DISPOSITION: Final = re.compile(
    rb'content-disposition:[ \t]*form-data;[ \t]*name="(?P<name>[a-z_]{1,40})"'
    rb'(;[ \t]*filename="(?P<file>[^"]{0,1000})")?',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FormHead:
    """All fields that came before the file, and the file's name as it was sent."""

    fields: dict[str, str]
    file_name: str


class Form:
    """Reads a body once: `head`, then `blocks` to the file's end."""

    def __init__(self, content_type: str, body: AsyncIterator[bytes]) -> None:
        self._mark = b"\r\n--" + _boundary(content_type)
        self._body = body
        self._held = bytearray(b"\r\n")  # so that the first boundary is as all others

    async def head(self) -> FormHead:
        """Everything up to the file's first byte."""
        fields: dict[str, str] = {}
        if await self._until(self._mark, 2):
            raise _damaged()
        for _ in range(MOST_FIELDS):
            name, file_name = await self._part_head()
            if file_name is not None:
                return FormHead(fields, file_name)
            if name in fields:
                raise _damaged()
            fields[name] = _text(await self._until(self._mark, LONGEST_FIELD))
        raise _damaged()

    async def blocks(self) -> AsyncIterator[bytes]:
        """The file; after it the form must end. 4515 where the body ends before."""
        while (at := self._held.find(self._mark)) < 0:
            safe = len(self._held) - len(self._mark)
            if safe > 0:
                yield bytes(self._held[:safe])
                del self._held[:safe]
            await self._more()
        if at:
            yield bytes(self._held[:at])
        del self._held[: at + len(self._mark)]
        while len(self._held) < len(b"--"):
            await self._more()
        if self._held[:2] != b"--":
            raise _damaged()

    async def drain(self, most: int) -> None:
        """Takes what still comes, so that a browser that sends hears the answer; beyond `most` it does not."""
        async for chunk in self._body:
            most -= len(chunk)
            if most < 0:
                return

    async def _part_head(self) -> tuple[str, str | None]:
        if await self._until(b"\r\n", 0):
            raise _damaged()
        head = await self._until(b"\r\n\r\n", LONGEST_HEAD)
        lines = [line.rstrip() for line in head.split(b"\r\n")]
        found = [match for line in lines if (match := _DISPOSITION.fullmatch(line))]
        if len(found) != 1 or not all(map(_HEADER.match, lines)):
            raise _damaged()
        named = found[0]["file"]
        return found[0]["name"].decode().lower(), None if named is None else _text(named)

    async def _until(self, end: bytes, most: int) -> bytes:
        """What comes before `end`, which is taken too; 9002 where that is more than `most` bytes."""
        while (at := self._held.find(end, 0, most + len(end))) < 0:
            if len(self._held) >= most + len(end):
                raise _damaged()
            await self._more()
        taken = bytes(self._held[:at])
        del self._held[: at + len(end)]
        return taken

    async def _more(self) -> None:
        chunk = await anext(self._body, b"")
        if not chunk:
            raise Refused(INCOMPLETE_UPLOAD, received="a part", expected="the whole form")
        self._held += chunk


def _boundary(content_type: str) -> bytes:
    match = _TYPE.fullmatch(content_type.strip())
    boundary = match[1].encode("utf-8", "replace") if match is not None else b""
    if not _BOUNDARY.fullmatch(boundary):
        raise _damaged()
    return boundary


def _text(said: bytes) -> str:
    try:
        return said.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _damaged() from error


def _damaged() -> Refused:
    return Refused(NOT_UNDERSTOOD, what="The form is damaged, or not the one on this page.")
