"""The opening: the one line a child is told, from which it knows all it will ever know."""

from __future__ import annotations

import json
import socket
from typing import Any, Final

from ecp_tui.config import Served

LONGEST: Final = 64 << 10


def read_opening(session: socket.socket) -> Served | None:
    """The line, and nothing after it; `None` where the backend has gone."""
    line = b""
    while not line.endswith(b"\n"):
        if len(line) > LONGEST or not (more := session.recv(LONGEST)):
            return None
        line += more
    said: dict[str, Any] = json.loads(line)
    arguments = said.pop("arguments")
    return Served(**said, arguments=None if arguments is None else tuple(arguments))
