"""The console over SSH as people have it: OpenSSH's `ssh` on a terminal, before a real ecpd, and nothing installed."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.ssh_terminal import SshWorld, Terminal, on, ssh_world
from tests.sftp_world import installed

QUIT = "\x11"
_COLOUR = re.compile(rb"\x1b\[[0-9;]*?(?:[34]8;[25]|3[0-7]|4[0-7]|9[0-7]|10[0-7])[0-9;]*m")
_256 = re.compile(rb"\x1b\[[0-9;]*?[34]8;5;")


def left(terminal: Terminal) -> int:
    """Quits, and finds the terminal as it was."""
    terminal.press(QUIT)
    terminal.sees("Stay", "Quit")
    terminal.press("q")
    code = terminal.ends()
    shown = bytes(terminal.raw)
    assert shown.rfind(b"\x1b[?1049l") > shown.rfind(b"\x1b[?1049h") >= 0
    assert shown.rfind(b"\x1b[?25h") > shown.rfind(b"\x1b[?25l") and not terminal.cursor_hidden
    return code


def test_a_person_signs_in_at_the_prompts_moves_resizes_and_leaves(served: SshWorld) -> None:
    terminal = served.ssh("LEE02", options=("PubkeyAuthentication=no",))
    served.sign_in(terminal, "LEE02")
    terminal.sees("ECP 2.0", "LEE02")
    pages = {"2": "Last heard", "4": "newest first", "9": "Which terminals and browsers", "\x0f1": "Due today"}
    for keys, seen in pages.items():
        terminal.press(keys)
        terminal.sees(seen)
    for size in ((120, 40), (40, 12), (1, 1), (500, 200), (80, 24)):
        terminal.resize(*size)
        terminal.settles()
    assert "LEE02" in terminal.sees("Due today")
    before = len(terminal.raw)
    time.sleep(1.0)
    terminal.settles(0.2)
    assert len(terminal.raw) - before < 200, "nothing is sent while nothing changes"
    assert left(terminal) == 0


@pytest.mark.parametrize(
    ("environ", "colours", "of_256"),
    [
        ({"TERM": "xterm-256color"}, True, True),
        ({"TERM": "xterm"}, True, False),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False, False),
    ],
    ids=["256 colours", "16 colours", "no colours"],
)
def test_it_shows_what_the_terminal_can(
    served: SshWorld, line: Path, environ: dict[str, str], colours: bool, of_256: bool
) -> None:
    terminal = served.ssh("CHAN01", options=on(line), env=environ)
    terminal.sees("Due today", "SD-1", "CHAN01")
    terminal.press("2")
    terminal.sees("Stamp Duty Daily Return")
    terminal.settles()
    assert bool(_COLOUR.search(terminal.raw)) is colours and bool(_256.search(terminal.raw)) is of_256
    assert left(terminal) == 0


def test_commands_answer_with_their_own_words_and_codes_and_touch_no_file_of_the_server(
    served: SshWorld, line: Path
) -> None:
    told = served.run("CHAN01", "whoami", "--json", options=on(line))
    assert told.code == 0 and json.loads(told.said)["login_id"] == "CHAN01"
    for path in ("/etc/passwd", "../ecp.db", str(served.ready["data_dir"])):
        refused = served.run("CHAN01", "check", path, options=on(line))
        assert refused.code == 2 and "root:" not in refused.said, refused.said
    for escape in ("sh", "whoami; id", "$(id)", "--server http://127.0.0.1 whoami", "demo", "login CHAN01"):
        refused = served.run("CHAN01", escape, options=on(line))
        assert refused.code == 2 and "uid=" not in refused.said, refused.said
    assert served.run("CHAN01", "-T", options=on(line)).code == 2


def test_files_go_by_key_on_the_same_port_and_not_by_password(served: SshWorld, line: Path, tmp_path: Path) -> None:
    batch = tmp_path / "batch"
    batch.write_text("ls /\n")
    sftp = [installed("sftp"), *served.options(*on(line)), "-b", str(batch), "CHAN01@127.0.0.1"]
    refused = subprocess.run(sftp, capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode != 0 and "registered key" in refused.stderr
    key = served.account("CHAN01")["ssh_key"]
    sftp = [installed("sftp"), *served.options(f"IdentityFile={key}"), "-b", str(batch), "CHAN01@127.0.0.1"]
    taken = subprocess.run(sftp, capture_output=True, text=True, timeout=30, check=False)
    assert taken.returncode == 0 and "01234" in taken.stdout


def test_a_key_opens_the_console_at_its_sign_in_form_with_the_login_id_filled(served: SshWorld) -> None:
    key = served.account("CHAN01")["ssh_key"]
    terminal = served.ssh("CHAN01", options=(f"IdentityFile={key}", "BatchMode=yes"))
    terminal.sees("CHAN01", "Password")
    terminal.press(QUIT)
    terminal.settles()


def test_a_wrong_password_is_said_in_words_and_asked_for_again(served: SshWorld) -> None:
    terminal = served.ssh("AUDIT1", options=("PubkeyAuthentication=no",))
    terminal.sees("Password:")
    terminal.press("wrong\n")
    terminal.sees("One-Time-Password:")
    terminal.press("000000\n")
    terminal.sees("1001 Sign-in refused", "each code works once")
    assert terminal.settles().count("Password:") >= 3


def test_whoever_is_out_recovers_without_a_password_one_at_a_time(served: SshWorld) -> None:
    terminal = served.ssh("RECOVER", options=("BatchMode=yes",))
    terminal.sees("Recover")
    second = served.run("RECOVER", options=("BatchMode=yes",))
    assert second.code == 255 and "1007" in second.said


def test_a_server_that_stops_tells_the_console_and_gives_the_terminal_back(tmp_path: Path) -> None:
    with ssh_world(tmp_path) as stopping:
        terminal = stopping.ssh("CHAN01", options=("PubkeyAuthentication=no",))
        stopping.sign_in(terminal, "CHAN01")
        terminal.sees("Due today")
        stopping.process.terminate()
        terminal.sees("9003", "Server going down")
        assert terminal.ends() != 0
        shown = bytes(terminal.raw)
        assert shown.rfind(b"\x1b[?1049l") > shown.rfind(b"\x1b[?1049h") and not terminal.cursor_hidden
        assert stopping.process.wait(20) == 0
        stopping.close_all()
