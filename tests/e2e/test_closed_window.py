"""A console whose window is closed ends, even where nobody tells it so."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path


def test_a_console_ends_when_its_terminal_is_gone_although_the_hang_up_never_reached_it(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    own = {"TERM": "xterm-256color", "ECP_CONFIG": str(tmp_path / "config.toml"), "ECP_STATE_DIR": str(tmp_path)}
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
        seen = b""
        while b"Welcome" not in seen and process.poll() is None:
            seen += os.read(ours, 65536)
        os.close(ours)
        assert process.wait(15) == 129
    finally:
        process.kill()
        process.wait()
