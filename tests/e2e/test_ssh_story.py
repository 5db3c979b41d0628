"""A working day over SSH with nothing installed: a file by ticket, a 4505, a hash compared, a request approved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import pytest

from tests.e2e.ssh_terminal import SshWorld, Terminal, ssh_world

ESC = "\x1b"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshWorld]:
    with ssh_world(tmp_path_factory.mktemp("story")) as opened:
        yield opened


@pytest.fixture
def served(program: SshWorld) -> Iterator[SshWorld]:
    yield program
    program.close_all()


def at_home(served: SshWorld, login_id: str, environ: dict[str, str], seen: str) -> Terminal:
    terminal = served.ssh(login_id, options=("PubkeyAuthentication=no",), env=environ)
    served.sign_in(terminal, login_id)
    terminal.sees(login_id, seen)
    return terminal


def names_the_file(terminal: Terminal, name: str) -> None:
    terminal.settles()
    terminal.press("\x15" + name)  # ctrl+u empties the field
    terminal.sees(name)


@pytest.mark.parametrize(
    ("environ", "identity_code", "checker"),
    [
        pytest.param({"TERM": "xterm-256color"}, "01234", "WONGDA1", id="256 colours"),
        pytest.param({"TERM": "xterm"}, "01235", "LEEDA2", id="16 colours"),
        pytest.param({"TERM": "xterm-256color", "NO_COLOR": "1"}, "01234", "LEEDA2", id="no colours"),
    ],
)
def test_a_file_goes_by_ticket_a_hash_is_compared_and_a_request_approved(
    served: SshWorld, environ: dict[str, str], identity_code: str, checker: str
) -> None:
    sample = served.sample("SD1_01234_*.csv")
    name, content = sample.name.replace("01234", identity_code), sample.read_bytes()
    terminal = at_home(served, "CHAN01", environ, "Due today")

    terminal.press("\x0f3")
    terminal.sees("File Submission", "type or paste its name")
    names_the_file(terminal, name.replace(identity_code, "09999"))
    terminal.sees("4505", "09999")
    names_the_file(terminal, name)
    terminal.sees("from the name", "not sent yet", but="4505")
    terminal.press(ESC + "[19~")  # F8
    waiting = terminal.sees("In another terminal", name, "waiting for the file")
    ticket = re.search(r"([A-Z2-7]{16})@127", waiting)
    assert ticket is not None
    sent = served.run(ticket[1], data=content)
    assert sent.code == 0 and "Nothing is submitted yet" in sent.said, sent.said
    assert served.run(ticket[1], data=content).code != 0, "a ticket is for one use"
    terminal.sees("Review", name, "not submitted yet")
    terminal.press("\r")
    terminal.sees("accepted", name, "SHA-256")

    terminal.press("\x0f4")
    terminal.sees("newest first", name)
    terminal.press(f"/{name}")
    terminal.sees("1 of 1")
    terminal.press("\r")
    terminal.settles()
    terminal.press("v")
    terminal.sees("Compare with", name)
    terminal.press(f"{hashlib.sha256(content).hexdigest()}\r")
    terminal.sees("MATCH")
    terminal.press("\x15" + "0" * 64 + "\r")
    terminal.sees("DIFFERENT")

    checks = at_home(served, checker, environ, "Client Connect")
    checks.press("\x0f7")
    checks.sees("Approvals", "Waits for you", "submitted")
    checks.press("\r")
    checks.sees("Approving applies it at once", "Digest")
    checks.press("a")
    checks.sees("Approve and apply")
    checks.press("y")
    checks.sees("applied", "is decided")
