"""Packets between a console and whoever shows it, as Textual's web driver speaks them: kind, length, payload."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

TYPED: Final = b"D"
TOLD: Final = b"M"
PRELUDE: Final = b"__GANGLION__\n"
"""What Textual's web driver begins with."""
LARGEST: Final = 16 * 1024 * 1024
_LENGTH: Final = 4


def packet(kind: bytes, payload: bytes) -> bytes:
    return kind + len(payload).to_bytes(_LENGTH, "big") + payload


def told(**words: object) -> bytes:
    """Something about the page rather than of it."""
    return packet(TOLD, json.dumps(words).encode())


async def read_packet(stream: asyncio.StreamReader) -> tuple[bytes, bytes] | None:
    """The next one; `None` where the stream ends, or holds something else."""
    try:
        head = await stream.readexactly(1 + _LENGTH)
        length = int.from_bytes(head[1:], "big")
        if length > LARGEST:
            return None
        return head[:1], await stream.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def read_told(payload: bytes) -> Mapping[str, Any]:
    """What was told; empty where it cannot be read."""
    try:
        found = json.loads(payload)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
