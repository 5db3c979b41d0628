"""`ecp demo`: a world of its own that ends with its console and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the demo's server runs on Linux and macOS")


def test_a_demo_says_when_it_is_ready_and_ends_without_a_trace(tmp_path: Path) -> None:
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "ecp_tui", "demo", "--json"],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        ready = json.loads(process.stdout.readline())
        assert ready["ready"] is True
        assert httpx.get(f"{ready['http']}/v1/landing", timeout=30).json()["demo"] is True
        assert len(list(tmp_path.glob("ecp-demo-*"))) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert list(tmp_path.glob("ecp-demo-*")) == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{ready['http']}/v1/landing", timeout=5)


def test_a_demo_that_cannot_start_is_said_in_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    seen = subprocess.run(
        [sys.executable, "-m", "ecp_tui", "demo", "--json", "--data-dir", str(blocked)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert seen.returncode == 2
    assert seen.stdout == ""
    assert "The demo did not start" in seen.stderr
    assert "Traceback" not in seen.stderr
