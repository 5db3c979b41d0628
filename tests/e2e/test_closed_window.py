"""A console whose window is closed ends, even where nobody tells it so; one that hears nonsense goes on."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def console(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """One at the landing page, and our end of its terminal."""
    ours, theirs = pty.openpty()
    own = {"TERM": "xterm-256color", "ECP_CONFIG": str(folder / "config.toml"), "ECP_STATE_DIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "ecp_tui", "--server", "http://127.0.0.1:1"],
        env={**os.environ, **own},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),  # `make` hears it, and waits
    )
    os.close(theirs)
    try:
        heard(process, ours, b"Welcome")
        yield process, ours
    finally:
        process.kill()
        process.wait()


def heard(process: subprocess.Popen[bytes], terminal: int, words: bytes) -> None:
    seen = b""
    while words not in seen:
        assert process.poll() is None, seen[-500:]
        seen += os.read(terminal, 65536)


def test_a_console_ends_when_its_terminal_is_gone_although_the_hang_up_never_reached_it(tmp_path: Path) -> None:
    with console(tmp_path) as (process, terminal):
        os.close(terminal)
        assert process.wait(15) == 129


def test_bytes_of_another_encoding_do_not_end_a_console_and_what_follows_them_counts(tmp_path: Path) -> None:
    with console(tmp_path) as (process, terminal):
        os.write(terminal, bytes(range(128, 256)))
        time.sleep(1.0)  # what comes along with them is dropped, too
        os.write(terminal, b"\x11")
        heard(process, terminal, b"Quit")
        os.close(terminal)
