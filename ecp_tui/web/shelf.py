"""One-time links of one browser: what each leads to, for ten minutes and for one use."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from backend.contract.messages import Fetchable

Kind = Literal["upload", "download", "save"]
KINDS: Final[tuple[Kind, ...]] = ("upload", "download", "save")
LIFE: Final = 600.0
MOST: Final = 16
LARGEST: Final = 8 * 1024 * 1024
"""Bytes of something that the console made."""
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{20,64}")
_LONGEST: Final = 1000
_WANTED: Final[TypeAdapter[Fetchable]] = TypeAdapter(Fetchable)


@dataclass(frozen=True, slots=True)
class Link:
    """What a link leads to: a ticket for an upload, a file to fetch with its session, or bytes made here."""

    kind: Kind
    until: float
    file_name: str
    ticket: str = ""
    token: str = ""
    wanted: Fetchable | None = None
    content: bytes = b""


class Shelf:
    """The links of one browser; the oldest give way to newer ones."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._links: dict[str, Link] = {}

    def put(self, words: Mapping[str, Any]) -> str:
        """Keeps what the console tells of; its key, empty where it is nothing."""
        key, link = str(words.get("key")), _link(words, self._clock() + LIFE)
        if link is None or not _KEY.fullmatch(key):
            return ""
        self._drop_old()
        while len(self._links) >= MOST:
            self._links.pop(next(iter(self._links)))
        self._links[key] = link
        return key

    def see(self, key: str, *kinds: Kind) -> Link | None:
        """The link, which stays."""
        self._drop_old()
        link = self._links.get(key)
        return link if link is not None and link.kind in kinds else None

    def take(self, key: str, *kinds: Kind) -> Link | None:
        """The link, which nobody else gets from here on."""
        return self._links.pop(key) if self.see(key, *kinds) else None

    def put_back(self, key: str, link: Link) -> None:
        """What broke off may be tried again."""
        self._links[key] = link

    def clear(self) -> None:
        self._links.clear()

    def _drop_old(self) -> None:
        now = self._clock()
        self._links = {key: link for key, link in self._links.items() if link.until > now}


def _link(words: Mapping[str, Any], until: float) -> Link | None:
    kind, name = words.get("kind"), str(words.get("file_name", ""))[:_LONGEST]
    if kind == "upload":
        return Link("upload", until, name, ticket=str(words.get("ticket", "")))
    if kind == "download":
        try:
            wanted = _WANTED.validate_python(words.get("wanted"))
        except ValueError:
            return None
        return Link("download", until, wanted.file_name, token=str(words.get("token")), wanted=wanted)
    content = _bytes(words.get("content")) if kind == "save" else None
    return None if content is None else Link("save", until, name, content=content)


def _bytes(said: object) -> bytes | None:
    try:
        content = base64.b64decode(str(said), validate=True)
    except binascii.Error:
        return None
    return content if len(content) <= LARGEST else None
