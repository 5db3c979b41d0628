"""What an operator meets: ecpd's commands, interrupted, repeated, and told what cannot be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import backend.__main__ as program
from backend.settings import SettingsError, load
from tests.doors.http.test_tls import certificate_in

ECPD = (sys.executable, "-m", "backend")
OPERATORS = (
    "--operator",
    "OPER01,Kwok Lai Kuen,oper01@exchange.example,+852 2211 0001",
    "--operator",
    "OPER02,Yip Ho Yin,oper02@exchange.example,+852 2211 0002",
)
FREE = ("--http-port", "0", "--ssh-port", "0")


def ecpd(*words: str | Path) -> Result:
    """A command in this process; one that would have to serve is not for it."""
    return CliRunner().invoke(program.main, [str(word) for word in words])


def one_line(result: Result) -> str:
    assert result.exit_code == 1 and result.output.count("\n") == 1, result.output
    return result.output


@pytest.fixture
def unhandled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps the signals of the tests' own process."""
    monkeypatch.setattr(program, "end_on_signals", lambda: None)


# ── init ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_init_was_given_outlives_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_dir = tmp_path / "a" / "data"

    def interrupted(*_: object) -> None:
        raise SettingsError("interrupted")

    with monkeypatch.context() as broken:
        broken.setattr(program, "initialise", interrupted)
        assert "interrupted" in one_line(ecpd("init", "--data-dir", data_dir, "--http-port", "9000", *OPERATORS))
    other = ecpd("init", "--data-dir", data_dir, "--http-port", "9001", *OPERATORS)
    assert "says otherwise: change http_port" in one_line(other)
    assert ecpd("init", "--data-dir", data_dir, *OPERATORS).exit_code == 0
    assert load({"data_dir": data_dir}, {}).http_port == 9000
    assert "initialised already" in one_line(ecpd("init", "--data-dir", data_dir))


# ── in one line ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http_port = 99999", "http_port is 99999"),
        ("ssh_port = -1", "ssh_port is -1"),
        ("database_url = 'mysql://x/y'", "database_url is for another database"),
        ("database_url = 'postgresql+psycopg://a:b:c@d:e/f'", "database_url is not a URL"),
        ("database_url = 'postgresql+psycopg://u:hunter2@127.0.0.1:1/x'", "The database cannot be used"),
        ("database_url = 'sqlite:////nowhere/at/all/ecp.db'", "/nowhere/at/all is not there"),
        ("trusted_proxy = '*'", "A setting cannot be read"),
        ("trusted_proxy = 'proxy.example'", "A setting cannot be read"),
        ("trusted_proxy = '0.0.0.0/0'", "trusted_proxy is everybody"),
        ("trusted_proxy = '10.0.0.7/8'", "A setting cannot be read"),
    ],
)
@pytest.mark.usefixtures("unhandled")
def test_what_cannot_be_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "ecpd.toml").write_text(text)
    for command in ("serve", "init", "upgrade"):
        line = one_line(ecpd(command, "--data-dir", tmp_path))
        assert said in line and "hunter2" not in line


def test_proxies_are_addresses_and_networks(tmp_path: Path) -> None:
    settings = load({"data_dir": tmp_path, "trusted_proxy": "10.0.0.7, 2001:db8::/64"}, {})
    assert [str(network) for network in settings.proxies] == ["10.0.0.7/32", "2001:db8::/64"]


def served(data_dir: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*ECPD, "serve", "--data-dir", str(data_dir), *FREE, *(str(word) for word in words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_key_that_is_not_the_certificates_is_said_before_anything_is_served(tmp_path: Path) -> None:
    assert ecpd("init", "--data-dir", tmp_path / "data", *OPERATORS).exit_code == 0
    certificate, _ = certificate_in(tmp_path, "one")
    _, key = certificate_in(tmp_path, "another")
    run = served(tmp_path / "data", "--tls-certificate", certificate, "--tls-key", key)
    assert (run.returncode, run.stdout) == (1, "")
    assert "tls_certificate and tls_key cannot be used together" in run.stderr and "Traceback" not in run.stderr


def test_an_empty_host_key_is_said_in_one_line(tmp_path: Path) -> None:
    assert ecpd("init", "--data-dir", tmp_path / "data", *OPERATORS).exit_code == 0
    (tmp_path / "data" / "secrets" / "ssh_host_key").touch()
    run = served(tmp_path / "data")
    assert (run.returncode, run.stdout) == (1, "")
    assert "ssh_host_key cannot be read: restore it" in run.stderr and "Traceback" not in run.stderr


# ── signals ──────────────────────────────────────────────────────────────────────────────────────────────────────


def demo(*words: str | Path, folder: Path) -> subprocess.Popen[str]:
    command = [*ECPD, "demo", "--json", *(str(word) for word in words)]
    environ = {**os.environ, "TMPDIR": str(folder)}
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def when_there_is(folder: Path, pattern: str, process: subprocess.Popen[str]) -> None:
    while process.poll() is None and not list(folder.glob(pattern)):
        threading.Event().wait(0.002)


def test_a_demo_whose_terminal_goes_leaves_nothing_behind(tmp_path: Path) -> None:
    with demo(folder=tmp_path) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["ready"]
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "kept"), [(signal.SIGHUP, False), (signal.SIGTERM, True)])
def test_a_demo_that_is_stopped_while_it_is_made_leaves_nothing_behind(
    tmp_path: Path, number: signal.Signals, kept: bool
) -> None:
    where = ("--data-dir", tmp_path / "world") if kept else ()
    with demo(*where, folder=tmp_path) as process:
        when_there_is(tmp_path, "**/secrets", process)
        process.send_signal(number)
        assert process.wait(30) == 128 + number
    assert list(tmp_path.iterdir()) == []


# ── a demo that is kept ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_a_demo_whose_making_was_killed_can_be_made_again_and_kept(tmp_path: Path) -> None:
    world = tmp_path / "world"
    with demo("--data-dir", world, folder=tmp_path) as process:
        when_there_is(tmp_path, "world.new/demo/keys/*", process)
        process.kill()
    assert not (world / "demo").exists()
    said: list[list[dict[str, object]]] = []
    for _ in range(2):
        with demo("--data-dir", world, folder=tmp_path) as process:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        said.append(ready["accounts"])
        assert ready["data_dir"] == str(world)
        keys = [Path(one["ssh_key"]) for one in ready["accounts"] if one["ssh_key"]]
        assert keys and all(key.parent == world / "demo" / "keys" and key.is_file() for key in keys)
    assert said[0] == said[1], "the same people"
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_a_folder_of_somebody_elses_is_not_made_a_demo(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    result = subprocess.run([*ECPD, "demo", "--data-dir", str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert result.returncode == 1 and "is not empty and no demo" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
