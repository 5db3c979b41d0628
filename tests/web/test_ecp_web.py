"""`ecp web`: starts where it was told, says what is wrong, and ends cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest


def environment(folder: Path) -> dict[str, str]:
    own = {"ECP_CONFIG": str(folder / "config.toml"), "ECP_STATE_DIR": str(folder)}
    return {**os.environ, **own, "PYTHONUNBUFFERED": "1"}


def test_it_says_where_the_console_is_and_ends_on_sigterm(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "ecp_tui", "web", "--server", "http://127.0.0.1:9", "--port", "0"]
    with subprocess.Popen(words, env=environment(tmp_path), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        url = said.split()[4].rstrip(".")
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(url, timeout=10)  # noqa: S310 - our own
        assert answer.value.code == 400 and b"2003" in answer.value.read()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "Plain HTTP on 0.0.0.0"),  # noqa: S104 - that is what is refused
        (["--public-url", "http://ecp.example.org"], "begins with https://"),
        (["--trusted-proxy", "0.0.0.0/0"], "everybody"),
        (["--trusted-proxy", "proxy"], "--trusted-proxy"),
        (["--server", "http://ecp.example.org"], "must begin with https://"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_with_exit_2(tmp_path: Path, words: list[str], said: str) -> None:
    command = [sys.executable, "-m", "ecp_tui", "web", "--server", "http://127.0.0.1:9", "--port", "0", *words]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (2, "") and said in done.stderr and "Traceback" not in done.stderr
