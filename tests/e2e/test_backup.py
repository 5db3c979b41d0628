"""Backup and restore as docs/operate.md prints them: its very lines are run while the platform serves."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from base64 import b32decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.adapters.one_time_codes import code, step_at
from backend.contract import paths

PAGE = Path(__file__).parent.parent.parent / "docs" / "operate.md"
BIN = Path(sys.executable).parent


def printed(part: str) -> list[str]:
    block = PAGE.read_text("utf-8").split(f"<!-- tried by tests/e2e/test_backup.py: {part} -->\n```\n")[1]
    return block.split("\n```")[0].splitlines()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Operator:
    """Types what is printed, with other folders."""

    def __init__(self, data: Path, folder: Path) -> None:
        self.data, self.backup, self.safe = data, folder / "backup", folder / "safe"
        self.env = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
        self.env |= {"ECPD_HTTP_PORT": str(free_port()), "ECPD_SSH_PORT": str(free_port())}

    def types(self, lines: list[str]) -> dict[str, subprocess.CompletedProcess[str]]:
        places = (("/backup/ecp", self.backup / "ecp"), ("/safe", self.safe), ("/var/lib/ecp", self.data))
        ran = {}
        for line in lines:
            mine = line
            for printed_place, place in places:
                mine = mine.replace(printed_place, str(place))
            command = f"umask 077; {mine}"
            ran[line] = subprocess.run(command, shell=True, env=self.env, capture_output=True, text=True, timeout=60)  # noqa: S602 - it is what is printed
        return ran


@contextmanager
def demo(folder: Path) -> Iterator[dict[str, Any]]:
    """A platform with people and history that serves while it is copied."""
    command = [str(BIN / "ecpd"), "demo", "--json", "--data-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0


@contextmanager
def served(operator: Operator) -> Iterator[str]:
    command = [str(BIN / "ecpd"), "serve", "--data-dir", str(operator.data)]
    with subprocess.Popen(command, env=operator.env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[2]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(40) == 0


def signs_in(http: str, account: dict[str, Any]) -> int:
    """The status of a sign-in with password and One-Time-Password: both keys of `secrets` are needed for it."""
    with httpx.Client(base_url=http, timeout=30) as client:
        transaction = client.post(paths.LOGIN_TRANSACTIONS).json()["transaction"]
        otp = code(b32decode(account["otp_secret"]), step_at(datetime.now(UTC)))
        form = {"transaction": transaction, "login_id": account["login_id"], "password": account["password"]}
        return client.post(paths.SIGN_IN, json={**form, "otp": otp}).status_code


def test_what_is_printed_makes_a_copy_that_is_proved_and_can_be_served(tmp_path: Path) -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("sqlite3 is not installed")
    operator = Operator(tmp_path / "data", tmp_path)
    with demo(operator.data) as running:
        (operator.data / "ecpd.toml").write_text("# its settings\n")
        (operator.data / "ecpd.toml").chmod(0o600)
        for _ in range(2):  # the second time onto the first
            ran = operator.types(printed("backup"))
            assert {line: one.stderr for line, one in ran.items() if one.returncode} == {}
    entries = re.search(r"log +(\d+) entries make the root", ran[printed("backup")[-1]].stdout)
    assert entries and int(entries[1]) > 100
    assert not (operator.backup / "ecp" / "secrets").exists()
    assert all(path.stat().st_mode & 0o77 == 0 for path in (operator.backup / "ecp").glob("ecp*"))
    shutil.copytree(operator.data / "secrets", operator.safe / "secrets")
    shutil.rmtree(operator.data)
    ran = operator.types(printed("restore"))
    doctor = next(line for line in ran if line.startswith("ecpd doctor"))
    assert {line: one.stderr for line, one in ran.items() if one.returncode and line != doctor} == {}
    assert not [one for one in ran[doctor].stdout.splitlines() if one.startswith("✕") and "consoles" not in one]
    account = next(one for one in running["accounts"] if one["login_id"] == "CHAN01")
    with served(operator) as http:
        assert httpx.get(http + paths.READY).json() == {"state": "ready"}
        assert signs_in(http, account) == 200


def test_the_line_for_python_makes_the_same_copy(tmp_path: Path) -> None:
    line = next(one for one in PAGE.read_text("utf-8").splitlines() if one.startswith("/opt/ecp/.venv/bin/python -c"))
    data, backup = tmp_path / "data", tmp_path / "backup"
    backup.mkdir()
    with demo(data):
        said = line.replace("/opt/ecp/.venv/bin/python", sys.executable)
        said = said.replace("/var/lib/ecp", str(data)).replace("/backup/ecp", str(backup))
        subprocess.run(shlex.split(said), check=True, timeout=60)
        shutil.copytree(data / "vault", backup / "vault")
    (backup / "ecp.db.new").rename(backup / "ecp.db")
    checked = subprocess.run([str(BIN / "ecpd"), "check", "--data-dir", str(backup)], capture_output=True, timeout=60)
    assert checked.returncode == 0, checked.stdout
