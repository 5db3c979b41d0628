"""The commands before the real platform, in one process."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from ecp_tui import __main__ as program
from ecp_tui.client import EcpClient
from ecp_tui.commands import call
from tests.commands.schemas import assert_as_documented
from tests.world import World

SERVER = "http://127.0.0.1:8443"


@dataclass(frozen=True)
class Outcome:
    """What a command leaves behind: its exit code and both outputs."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)


Ecp = Callable[..., Outcome]
SignIn = Callable[[str], Ecp]


class Input(io.TextIOWrapper):
    """Standard input from a pipe."""

    def __init__(self, typed: str | bytes) -> None:
        super().__init__(io.BytesIO(typed if isinstance(typed, bytes) else typed.encode()), "utf-8")


class Keyboard(Input):
    """Standard input at which somebody sits."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def ecp(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ecp:
    """Runs `ecp ARGUMENTS` as a program would be run, with `typed` on standard input, or `answers` at a terminal."""
    monkeypatch.setenv("ECP_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("ECP_STATE_DIR", str(tmp_path / "state"))
    for name in ("XDG_RUNTIME_DIR", "ECP_SERVER", "ECP_PROFILE"):
        monkeypatch.delenv(name, raising=False)

    def client(
        server: str, *, token: str | None = None, ca_file: Path | None = None, seat: str | None = None
    ) -> EcpClient:
        transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
        return EcpClient(server, token=token, ca_file=ca_file, seat=seat, transport=transport)

    monkeypatch.setattr(call, "EcpClient", client)

    def run(*arguments: str | Path, typed: str | bytes = "", answers: str | None = None) -> Outcome:
        monkeypatch.setattr(sys, "stdin", Input(typed) if answers is None else Keyboard(answers))
        with capture_logs():  # the backend's, which is a program of its own elsewhere
            code = program.run([str(argument) for argument in arguments])
        seen = capsys.readouterr()
        if "--json" in arguments and seen.out and arguments[0] != "demo":
            assert_as_documented([str(argument) for argument in arguments], seen.out)
        return Outcome(code, seen.out, seen.err)

    return run


@pytest.fixture
def sign_in(ecp: Ecp, world: World) -> SignIn:
    """Somebody's `ecp`, the session kept; whoever had signed in before has left."""

    def signed_in(login_id: str) -> Ecp:
        typed = f"{world.people[login_id].password}\n{world.fresh_otp(login_id)}\n"
        assert ecp("login", login_id, "--server", SERVER, "--credentials-stdin", typed=typed).code == 0
        return ecp

    return signed_in


@pytest.fixture
def chan(sign_in: SignIn) -> Ecp:
    """`ecp` with the session of CHAN01 kept."""
    return sign_in("CHAN01")
