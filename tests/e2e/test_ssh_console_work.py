"""A day's work at the console over SSH: a file by ticket, one that disagrees, a hash that is the same, an approval."""

from __future__ import annotations

import hashlib
import re
import time
from pathlib import Path

import httpx
import pytest

from backend.contract import paths
from tests.e2e.ssh_terminal import SshWorld, on

PATIENCE = 10.0
"""Seconds that an ended session may be shown."""


@pytest.mark.parametrize(
    "environ",
    [{"TERM": "xterm-256color"}, {"TERM": "xterm"}, {"TERM": "xterm-256color", "NO_COLOR": "1"}],
    ids=["256 colours", "16 colours", "no colours"],
)
def test_a_file_comes_by_ticket_from_another_terminal_is_submitted_and_compared(
    served: SshWorld, line: Path, environ: dict[str, str]
) -> None:
    file = served.sample("SD1_01234_*.csv")
    data = file.read_bytes() + environ["TERM"].encode() + environ.get("NO_COLOR", "").encode() + b"\n"
    sha256 = hashlib.sha256(data).hexdigest()
    terminal = served.ssh("CHAN01", options=on(line), env=environ)
    terminal.sees("Due today")
    terminal.press("3")
    terminal.sees("File Submission")
    terminal.settles()
    terminal.press(file.name)
    terminal.sees("Stamp Duty Daily Return")
    terminal.press("\x13")
    shown = terminal.sees("In another terminal", "waiting for the file")
    (ticket,) = set(re.findall(r"\b([A-Z2-7]{16})@", shown))
    sent = served.run(ticket, options=("BatchMode=yes",), data=data)
    assert sent.code == 0 and sha256[:16] in sent.said and "Nothing is submitted yet" in sent.said
    terminal.sees("Review", sha256[:16], sha256[-16:], f"{len(data):,} bytes")
    again = served.run(ticket, options=("BatchMode=yes",), data=data)
    assert again.code == 255 and "4521" in again.said, "once"
    terminal.press("\x13")
    terminal.sees("accepted", "CHAN01, console", sha256[:16])
    terminal.press("v")
    terminal.sees("compare", "paste a hash")
    terminal.press(f"{sha256.upper()}  {file.name}\x13")
    terminal.sees("MATCH")


def test_a_name_that_disagrees_is_refused_before_anything_is_sent(served: SshWorld, line: Path) -> None:
    file = served.sample("SD1_09999_*.csv")
    terminal = served.ssh("CHAN01", options=on(line))
    terminal.sees("Due today")
    terminal.press("3")
    terminal.sees("File Submission")
    terminal.settles()
    terminal.press(file.name)
    terminal.settles()
    terminal.press("\x13")
    terminal.sees("4505")


def test_a_checker_approves_and_it_is_applied(served: SshWorld) -> None:
    terminal = served.ssh("WONGDA1", options=("PubkeyAuthentication=no",))
    served.sign_in(terminal, "WONGDA1")
    terminal.sees("2 requests wait for you")
    terminal.press("7")
    terminal.sees("Waits for another checker")
    terminal.settles()
    terminal.press("\r")
    terminal.sees("Approving applies it at once", "Digest")
    terminal.press("a")
    terminal.sees("Approve and apply")
    terminal.press("y")
    terminal.sees("applied", "(WONGDA1)", but="submitted")


def test_a_session_that_is_ended_elsewhere_ends_the_console_in_words_within_seconds(served: SshWorld) -> None:
    here = served.ssh("LEE02", options=("PubkeyAuthentication=no",))
    served.sign_in(here, "LEE02")
    here.sees("LEE02", "Due today")
    with httpx.Client(base_url=served.ready["http"], trust_env=False, timeout=30) as elsewhere:
        form = {
            "transaction": elsewhere.post(paths.LOGIN_TRANSACTIONS).json()["transaction"],
            "login_id": "LEE02",
            "password": served.account("LEE02")["password"],
            "otp": served.otp("LEE02"),
        }
        ticket = elsewhere.post(paths.SIGN_IN, json=form).json()["ticket"]
        token = elsewhere.post(paths.SESSIONS, json={"ticket": ticket}).json()["token"]
        ended = elsewhere.delete(paths.OWN_SESSIONS, headers={"authorization": f"Bearer {token}"})
        assert ended.status_code == 204
    began = time.monotonic()
    here.sees("1005", "Session ended")
    assert here.ends() != 0 and time.monotonic() - began < PATIENCE
    shown = bytes(here.raw)
    assert shown.rfind(b"\x1b[?1049l") > shown.rfind(b"\x1b[?1049h") and not here.cursor_hidden
