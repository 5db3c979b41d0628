"""Somebody who types and listens: lines in, lines out, before the real platform in one process."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.contract.served import Served
from ecp_tui.config import Config
from ecp_tui.plain.start import run
from ecp_tui.plain.talk import Talk
from tests.world import World

CTRL_C = "^C"


class Typing(io.StringIO):
    """Lines of a script; one of them may be Ctrl-C, and one may be known only when its turn comes."""

    def __init__(self, *lines: str | Callable[[], str]) -> None:
        super().__init__()
        self._lines = list(lines)

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # as StringIO itself is typed
        if not self._lines:
            return ""
        line = self._lines.pop(0)
        typed = line() if callable(line) else line
        if typed == CTRL_C:
            raise KeyboardInterrupt
        return f"{typed}\n"


Line = str | Callable[[], str]


@dataclass(frozen=True)
class Listener:
    """Types a script, and hears all that is said to it."""

    world: World
    home: Path

    def hears(self, *lines: Line, token: str | None = None, served: Served | None = None) -> str:
        out = io.StringIO()
        config = Config(self.home / "config.toml", self.home, self.home, server="http://127.0.0.1", served=served)
        client = self.world.client()
        client.token = token
        assert run(config, client, Talk(Typing(*lines), out)) == 0
        return out.getvalue()

    def signing_in(self, login_id: str) -> tuple[Line, ...]:
        return "1", login_id.lower(), self.world.people[login_id].password, lambda: self.world.fresh_otp(login_id)

    def as_(self, login_id: str, *lines: Line) -> str:
        """Signed in first."""
        return self.hears(*self.signing_in(login_id), *lines)


@pytest.fixture
def listener(world: World, tmp_path: Path) -> Listener:
    return Listener(world, tmp_path)
