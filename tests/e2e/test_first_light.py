"""The main story with nothing but real programs: ecpd, ecp, sftp and sha256sum."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from base64 import b32decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.one_time_codes import code, step_at
from backend.demo.samples import stamp_duty_return
from ecp_tui.client import EcpClient
from ecp_tui.config import Config
from ecp_tui.screens.context import Context
from ecp_tui.screens.sftp_connection import ssh_config

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """`ecpd demo --json`, and what its ready line says."""
    folder = tmp_path_factory.mktemp("demo")
    command = [str(BIN / "ecpd"), "demo", "--json", "--data-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0, "ecpd ends cleanly on SIGTERM"


class Person:
    """Somebody at a shell, with a home of their own."""

    def __init__(self, demo: dict[str, Any], login_id: str, home: Path) -> None:
        self.demo = demo
        self.account = next(one for one in demo["accounts"] if one["login_id"] == login_id)
        self.env = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "XDG_CONFIG_HOME": str(home)}

    def ecp(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(BIN / "ecp"), *words]
        return subprocess.run(command, input=typed, capture_output=True, text=True, env=self.env, timeout=60)

    def signs_in(self) -> None:
        otp = code(b32decode(self.account["otp_secret"]), step_at(datetime.now(UTC)))
        typed = f"{self.account['password']}\n{otp}\n"
        login = self.account["login_id"]
        done = self.ecp("login", login, "--server", self.demo["http"], "--credentials-stdin", typed=typed)
        assert done.returncode == 0, done.stderr

    def sftp(self, *lines: str) -> subprocess.CompletedProcess[str]:
        ssh = self.demo["ssh"]
        options = ["-i", self.account["ssh_key"], "-o", "IdentitiesOnly=yes", "-o"]
        options += [f"UserKnownHostsFile={self.demo['data_dir']}/demo/known_hosts", "-o", "StrictHostKeyChecking=yes"]
        command = ["sftp", "-b", "-", "-P", str(ssh["port"]), *options, f"{self.account['login_id']}@{ssh['host']}"]
        return subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def chan(demo: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Person:
    """Signed in once, for each One-Time-Password works once."""
    person = Person(demo, "CHAN01", tmp_path_factory.mktemp("home"))
    person.signs_in()
    return person


def sha256sum(path: Path) -> str:
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    return subprocess.run(["sha256sum", str(path)], capture_output=True, text=True, check=True).stdout.split()[0]


@pytest.mark.skipif(
    shutil.which("sftp") is None and not os.environ.get("ECP_REQUIRE_CLIENTS"), reason="OpenSSH's sftp is not installed"
)
def test_a_file_by_console_and_the_next_by_sftp_stand_in_the_same_list(
    chan: Person, demo: dict[str, Any], tmp_path: Path
) -> None:
    samples = Path(demo["samples"])
    today, before = sorted(samples.glob("SD1_01234_*.csv"), reverse=True)
    submitted = chan.ecp("submit", str(before), "--json")
    assert submitted.returncode == 0, submitted.stderr
    put = chan.sftp(f"put {today} /01234/SD-1/submit/")
    assert put.returncode == 0, put.stderr
    listed = json.loads(chan.ecp("activity", "--json").stdout)
    newest = {item["file_name"]: item for item in listed["items"][:2]}
    assert newest[before.name]["sha256"] == sha256sum(before)
    assert newest[today.name]["sha256"] == sha256sum(today)
    assert {newest[before.name]["channel"], newest[today.name]["channel"]} == {"console", "sftp"}
    taken = tmp_path / "receipt"
    got = chan.sftp(*(f"get /01234/SD-1/receipts/{one.name}.receipt {taken}-{one.name}" for one in (before, today)))
    assert got.returncode == 0, got.stderr
    for one in (before, today):
        assert sha256sum(one) in Path(f"{taken}-{one.name}").read_text(), "whichever door it came by"


def test_a_wrong_date_is_4505_with_exit_5_and_as_data(chan: Person, tmp_path: Path) -> None:
    wrong = tmp_path / "SD1_01234_20200102.csv"
    wrong.write_bytes(stamp_duty_return("01234", datetime(2020, 1, 2).date(), 3))
    words = ["--folder", "SD-1", "--identity", "01234", "--input-date", "2020-01-03"]
    said = chan.ecp("check", str(wrong), *words)
    assert said.returncode == 5
    assert "4505" in said.stderr and "2020-01-02" in said.stderr and "2020-01-03" in said.stderr
    fault = json.loads(chan.ecp("check", str(wrong), *words, "--json").stdout)["fault"]
    assert fault["number"] == 4505 and fault["remedy"]


def test_accounts_without_ecp_functions_get_2000_and_the_words(demo: dict[str, Any], tmp_path: Path) -> None:
    for login_id in ("WONGDA1", "ACMEBOT1"):
        person = Person(demo, login_id, tmp_path / login_id)
        (tmp_path / login_id).mkdir()
        person.signs_in()
        refused = person.ecp("folders")
        assert refused.returncode == 4
        assert "2000" in refused.stderr


def test_the_ready_line_keeps_its_promises(demo: dict[str, Any]) -> None:
    accounts = demo["accounts"]
    assert demo["ready"] is True and demo["http"].startswith("http://127.0.0.1:")
    assert set(demo["ssh"]) == {"host", "port", "host_key"}
    business = [one for one in accounts if one["kind"] == "business"]
    assert any({"EU_SD1", "EU_ECPSFTP"} <= set(one["functions"]) and one["ssh_key"] for one in business)
    assert any(one["functions"] == ["EU_ECPSFTP"] for one in business)
    das = [one for one in accounts if one["kind"] == "da"]
    assert all(not one["functions"] for one in das)
    for company in {one["company"] for one in accounts if one["company"]}:
        assert sum(one["company"] == company for one in das) >= 2
    assert Path(demo["data_dir"]).stat().st_mode & 0o077 == 0


@pytest.mark.skipif(
    shutil.which("sftp") is None and not os.environ.get("ECP_REQUIRE_CLIENTS"), reason="OpenSSH's sftp is not installed"
)
async def test_the_ssh_configuration_that_the_demo_shows_connects_as_it_is(
    demo: dict[str, Any], tmp_path: Path
) -> None:
    client = EcpClient(demo["http"])
    config = Config(tmp_path / "config.toml", tmp_path / "state", tmp_path / "session", server=demo["http"])
    context = Context(lambda: client, config, world=await client.demo_world())
    offered = await client.demo_credentials("TAI09")
    begun = await client.begin_sign_in()
    ticket = await client.sign_in(begun.transaction, "TAI09", offered.password, offered.otp)
    await client.open_session(ticket.ticket)
    block = tmp_path / "config"
    block.write_text(ssh_config(await client.sftp_access(), context))
    await client.close()
    command = ["sftp", "-F", str(block), "-b", "-", "-o", "StrictHostKeyChecking=yes", "ecp"]
    done = subprocess.run(command, input="ls /", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "/09999" in done.stdout
