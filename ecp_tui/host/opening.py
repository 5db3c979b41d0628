"""The opening: the one line a child is told, from which it knows all it will ever know."""

from __future__ import annotations

import socket

from backend.contract.served import LONGEST, Served, read_served


def read_opening(session: socket.socket) -> Served | None:
    """The line, and nothing after it; `None` where the backend has gone."""
    line = b""
    while not line.endswith(b"\n"):
        if len(line) > LONGEST or not (more := session.recv(LONGEST)):
            return None
        line += more
    return read_served(line)
