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

from backend.adapters.one_time_codes import code, step_at
from backend.contract import paths

PAGE = Path(__file__).parent.parent.parent / "docs" / "operate.md"
BIN = Path(sys.executable).parent


def printed(part: str, test: str = "tests/e2e/test_backup.py") -> list[str]:
    block = PAGE.read_text("utf-8").split(f"<!-- tried by {test}: {part} -->\n```\n")[1]
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


def test_what_is_printed_makes_a_backup_that_is_proved_restored_and_served(tmp_path: Path) -> None:
    operator = Operator(tmp_path / "data", tmp_path)
    with demo(operator.data) as running:
        (operator.data / "ecpd.toml").write_text("# its settings\n")
        (operator.data / "ecpd.toml").chmod(0o600)
        for _ in range(2):  # the second time beside the first
            ran = operator.types(printed("backup"))
            assert {line: one.stderr for line, one in ran.items() if one.returncode} == {}
    folder = operator.backup / "ecp"
    entries = re.search(r"log +(\d+) entries make the root", ran[printed("backup")[-1]].stdout)
    assert entries and int(entries[1]) > 100
    backups = sorted(folder.glob("2*"))
    assert len(backups) == 2
    assert not list(folder.rglob("secrets")) and not list(folder.rglob("*key*"))
    assert all(path.stat().st_mode & 0o77 == 0 for path in folder.rglob("*"))
    assert {path.name for path in backups[-1].iterdir()} == {"ecp.db", "ecpd.toml", "checkpoint", "SHA256SUMS"}
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--quiet", "--check", "SHA256SUMS"], cwd=backups[-1], check=True, timeout=60)
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


def test_a_backup_that_is_killed_leaves_the_one_before_and_a_restore_that_is_killed_serves_nothing(
    tmp_path: Path,
) -> None:
    operator = Operator(tmp_path / "data", tmp_path)
    backup, restore = printed("backup")[0], printed("restore")[0]
    with demo(operator.data):
        operator.types([backup])
        for after in (0.2, 0.8, 1.4, 1.8, 2.2):
            _killed(operator, backup, after)
            ran = operator.types([printed("backup")[1]])
            assert next(iter(ran.values())).returncode == 0
    shutil.copytree(operator.data / "secrets", operator.safe / "secrets")
    shutil.rmtree(operator.data)
    served_nothing = 0
    for after in (0.4, 0.8, 1.2, 1.6, 2.0):
        _killed(operator, restore, after)
        if not (operator.data / "ecp.db").exists() or (operator.data / "restoring").exists():
            tried = operator.types(["ecpd serve --data-dir /var/lib/ecp"])
            (said,) = tried.values()
            assert said.returncode == 1, said.stdout
            served_nothing += 1
    if not (operator.data / "ecp.db").exists() or (operator.data / "restoring").exists():
        (said,) = operator.types([restore]).values()
        assert said.returncode == 0, said.stderr
    assert served_nothing
    ran = operator.types(printed("restore")[1:3])
    assert {line: one.stderr for line, one in ran.items() if one.returncode} == {}


def _killed(operator: Operator, line: str, after: float) -> None:
    """Types a line, and pulls the plug."""
    mine = line.replace("/backup/ecp", str(operator.backup / "ecp")).replace("/var/lib/ecp", str(operator.data))
    with subprocess.Popen(shlex.split(mine), env=operator.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as typed:
        try:
            typed.wait(after)
        except subprocess.TimeoutExpired:
            typed.kill()
