"""`ecp doctor`: each matter a line, with what to do where it is not right."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.contract.findings import Finding, as_lines
from backend.contract.served import Served
from ecp_tui import __main__ as program
from ecp_tui.commands import line_checks, terminal_checks
from ecp_tui.config import Config, load
from tests.commands.conftest import SERVER, Ecp, SignIn
from tests.sftp_world import open_door
from tests.world import World

UTF8 = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}


def looked(environ: Mapping[str, str], **settings: str) -> dict[str, Finding]:
    config = Config(Path(), Path(), Path(), **settings)  # type: ignore[arg-type]  # only texts are given
    return {one.name: one for one in terminal_checks.terminal(config, environ)}


def checks(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in data["checks"]}


def test_what_a_terminal_says_of_itself_is_told_with_why() -> None:
    right = looked(UTF8)
    assert right["colours"].what == "256, by TERM=xterm-256color"
    assert right["glyphs"].what == "unicode, by C.UTF-8"
    assert looked(UTF8 | {"COLORTERM": "truecolor"})["colours"].what == "16 million, by COLORTERM=truecolor"
    assert looked(UTF8 | {"TERM": "linux"})["colours"].state == "warning"
    assert looked(UTF8 | {"NO_COLOR": "1"})["colours"].what == "none, as NO_COLOR asks"
    assert "ascii, by POSIX" in looked(UTF8 | {"LANG": "POSIX"})["glyphs"].what
    assert "ascii, as set" in looked(UTF8, glyphs="ascii")["glyphs"].what
    assert looked(UTF8 | {"TMUX": "x"})["clipboard"].state == "warning"
    assert looked(UTF8 | {"TERM_PROGRAM": "Apple_Terminal"})["clipboard"].state == "warning"
    hostile = looked(UTF8 | {"TERM": "a\x1b]52;c;x\x07", "TERM_PROGRAM": "\x9b31m"})["terminal"].what
    assert "\x1b" not in hostile and "\x9b" not in hostile


def test_a_size_or_a_glyph_that_the_console_cannot_do_with_is_a_problem() -> None:
    assert [terminal_checks._size(*size).state for size in ((80, 24), (79, 24), (39, 24), (80, 11))] == [
        "ok",
        "warning",
        "problem",
        "problem",
    ]
    config = Config(Path(), Path(), Path())
    wide = terminal_checks._glyphs(config, UTF8, 2)
    assert (wide.state, "ascii" in wide.remedy) == ("problem", True)
    assert terminal_checks._glyphs(config, UTF8 | {"LANG": "C"}, 1).state == "warning"
    assert next(as_lines([wide], ascii_only=True)).startswith("x glyphs  ")


@pytest.mark.parametrize(("answer", "expected"), [(b"\x1b[1;2R", "1"), (b"\x1b[1;3R", "2"), (b"", "None")])
def test_the_terminal_is_asked_how_wide_a_glyph_is_and_may_stay_silent(answer: bytes, expected: str) -> None:
    told = "from ecp_tui.commands.terminal_checks import cells; print('width', cells('\\u25cf'))"
    leader, follower = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", told], stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    said = b""
    while b"width" not in said or not said.rstrip().endswith(expected.encode()):
        said += os.read(leader, 1024)
        if b"\x1b[6n" in said and answer:
            os.write(leader, answer)
            answer = b""
    assert process.wait(30) == 0
    os.close(leader)


def test_doctor_tells_of_server_clock_and_settings_and_exits_by_the_worst(ecp: Ecp, world: World) -> None:
    said = ecp("doctor", "--server", SERVER, "--json")
    found = checks(said.data)
    assert "version" in found["server"]["what"] and found["server"]["state"] == "ok"
    assert found["clock"]["state"] == "problem", "the world's clock stands still in 2022"
    assert (said.code, said.data["state"]) == (1, "problem")
    assert found["session"]["what"].startswith("none is kept")
    assert found["clock"]["remedy"] and found["server"]["remedy"] is None
    lines = ecp("doctor", "--server", SERVER).out
    assert "clock" in lines and "Set this computer's clock by the network" in lines


def test_doctor_without_a_server_is_no_problem_and_a_session_is_named(sign_in: SignIn, ecp: Ecp) -> None:
    bare = ecp("doctor", "--json")
    assert bare.code == 0 and checks(bare.data)["server"]["remedy"]
    signed = sign_in("CHAN01")("doctor", "--json")
    assert "CHAN01" in checks(signed.data)["session"]["what"]


@pytest.mark.parametrize(("ahead", "state"), [(0.2, "ok"), (-10, "ok"), (20, "warning"), (-31, "problem")])
def test_a_clock_that_is_wrong_says_what_it_means_for_one_time_passwords(ahead: float, state: str) -> None:
    found = line_checks._clock(timedelta(seconds=ahead))
    assert found.state == state
    assert state == "ok" or "One-Time-Passwords" in found.what


async def test_the_ssh_port_is_looked_at_with_its_host_key(tmp_path: Path, world: World) -> None:
    async with open_door(world, tmp_path) as door:
        environ = {
            "ECP_CONFIG": str(tmp_path / "no.toml"),
            "ECP_STATE_DIR": str(tmp_path),
            "ECP_SSH_HOST": "127.0.0.1",
            "ECP_SSH_PORT": str(door.door.port),
        }
        found = await line_checks.endpoint(load(environ=environ))
        assert found.state == "ok" and door.door.fingerprint in found.what
        right = await line_checks.endpoint(load(environ=environ | {"ECP_SSH_HOST_KEY": door.door.fingerprint}))
        assert right.state == "ok" and "as ssh_host_key says" in right.what
        other = await line_checks.endpoint(load(environ=environ | {"ECP_SSH_HOST_KEY": "SHA256:other"}))
        assert other.state == "problem" and "Send nothing" in other.remedy
    gone = await asyncio.wait_for(line_checks.endpoint(load(environ=environ)), 10)
    assert gone.state == "warning"


def test_over_ssh_doctor_tells_of_the_clients_terminal_and_of_nothing_on_the_server(
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = Served(
        server="http://127.0.0.1:1",
        seat="seat",
        token=None,
        login_id="CHAN01",
        page="console",
        host="ecp.example.org",
        port=2222,
        fingerprint="SHA256:x",
        terminal={"TERM": "xterm", "LANG": "en_US.UTF-8"},
        arguments=("doctor",),
    )
    assert program.run(["doctor", "--json"], served=there) == 0
    said = capsys.readouterr().out
    found = checks(json.loads(said))
    assert found.keys() == {"terminal", "colours", "glyphs", "clipboard", "connection"}
    assert "en_US.UTF-8" in found["glyphs"]["what"] and "ecp.example.org" in found["connection"]["what"]
    assert not {"seat", str(Path.home()), os.environ.get("PATH", "?")} & set(said.split('"'))
