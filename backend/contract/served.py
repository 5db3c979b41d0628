"""What a console, or one command, that is served over SSH is told when it is opened: one JSON line, and no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

LONGEST: Final = 64 << 10
"""Bytes of such a line."""


@dataclass(frozen=True, slots=True)
class Served:
    """All that it will ever know of where it runs, and for whom."""

    server: str
    """The private entrance."""
    seat: str = field(repr=False)
    token: str | None = field(repr=False)
    """Of the session that is open already."""
    login_id: str
    page: str
    """Where it opens: `console`, `sign_in` or `recover`."""
    host: str
    port: int
    fingerprint: str
    """Of the SSH host key."""
    terminal: Mapping[str, str]
    arguments: tuple[str, ...] | None = None
    """A command's words; `None` opens the console."""
    tty: bool = True

    @property
    def line(self) -> str:
        """How its person connects."""
        return f"ssh -p {self.port} {self.login_id or 'LOGIN_ID'}@{self.host}"

    def written(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False).encode() + b"\n"  # escapes would be thrice as long


def read_served(line: bytes) -> Served:
    said: dict[str, Any] = json.loads(line)
    arguments = said.pop("arguments")
    return Served(**said, arguments=None if arguments is None else tuple(arguments))
