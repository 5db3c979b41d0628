"""Accessible mode on a terminal that can do nothing: a password is not echoed, and no line is ever moved."""

from __future__ import annotations

import fcntl
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path


def test_a_dumb_terminal_is_led_by_prompts_and_never_shown_a_password(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    own = {"TERM": "dumb", "ECP_CONFIG": str(tmp_path / "config.toml"), "ECP_STATE_DIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "ecp_tui", "--accessible", "demo"],
        env={**os.environ, **own},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # Ctrl-C is heard by who has a terminal
    )
    os.close(theirs)
    seen = b""

    def answers(question: str, typed: str) -> None:
        nonlocal seen
        while not seen.rstrip().endswith(question.encode()):
            seen += os.read(ours, 65536)
        os.write(ours, typed.encode())
        seen += b" "

    try:
        answers("Start, which number?", "1\n")
        answers("Login ID?", "CHAN01\n")
        answers("while you type?", "not-the-password\n")
        answers("fills it in?", "123456\n")
        answers("Enter for CHAN01?", "\x03")
        answers("Start, which number?", "3\n")
        answers("which number?", "1\n")
        answers("Main menu, which number?", "\x04")
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert b"1001 Sign-in refused" in seen and b"Signed in as" in seen
    assert b"not-the-password" not in seen and b"\x1b" not in seen
