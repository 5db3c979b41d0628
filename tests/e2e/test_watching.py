"""The listener for figures with the real program: as Prometheus and a load balancer meet it, to the last moment."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from backend.contract import paths
from tests.e2e.test_backup import free_port
from tests.e2e.test_operating import ECPD, OPERATORS, ecpd

LOCAL = "127.0.0.1"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    assert ecpd("init", "--data-dir", tmp_path / "data", *OPERATORS).exit_code == 0
    return tmp_path / "data"


def started(data_dir: Path, **settings: str) -> subprocess.Popen[str]:
    said = {"HTTP_PORT": "0", "SSH_PORT": "0", **settings}
    environ = {**os.environ, **{f"ECPD_{name}": value for name, value in said.items()}}
    command = [*ECPD, "serve", "--data-dir", str(data_dir)]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_figures_tell_of_what_happened_and_the_end_is_told_before_it_comes(data_dir: Path) -> None:
    watching = f"http://{LOCAL}:{free_port()}"
    with started(data_dir, METRICS_LISTEN=watching.removeprefix("http://")) as process:
        assert process.stdout is not None and process.stderr is not None
        served = process.stdout.readline().split()[2]
        refused = httpx.post(served + paths.SIGN_IN, json={})
        assert httpx.get(served + "/metrics").status_code == 404
        found = {
            one.name: one.value for family in parsed(httpx.get(watching + "/metrics").text) for one in family.samples
        }
        assert found["ecp_database_up"] == found["ecp_ready"] == 1
        assert found["ecp_consoles_open"] == 0 and found["process_open_fds"] > 10
        hanging = socket.create_connection((LOCAL, int(served.rpartition(":")[2])))
        hanging.sendall(b"PUT /v1/submissions/" + b"0" * 32 + b" HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n12")
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        states = set()
        while process.poll() is None and "stopping" not in states:
            try:
                states.add(httpx.get(watching + paths.READY, timeout=5).json()["state"])
            except httpx.HTTPError:
                break
        hanging.close()
        assert process.wait(40) == 0
        log = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert "stopping" in states, "whoever sends requests here hears of it while others end"
    told = [one for one in log if one.get("reference") == refused.headers[paths.REFERENCE_HEADER]]
    assert [(one["event"], one["route"], one["status"]) for one in told] == [("request", paths.SIGN_IN, 422)]


def test_where_figures_cannot_be_served_nothing_starts_and_why_is_said(data_dir: Path) -> None:
    with socket.create_server((LOCAL, 0)) as taken:
        port = taken.getsockname()[1]
        for place, why in ((f"{LOCAL}:{port}", "Set metrics_listen"), ("0.0.0.0:9464", "whoever reaches 0.0.0.0")):
            with started(data_dir, METRICS_LISTEN=place) as process:
                _, errors = process.communicate(timeout=60)
            assert process.returncode == 1 and why in errors and "Traceback" not in errors, errors


def test_the_log_is_json_for_programs_and_nothing_else_is_on_standard_error(data_dir: Path) -> None:
    with started(data_dir, LOG_LEVEL="debug") as process:
        assert process.stdout is not None and process.stderr is not None
        served = process.stdout.readline().split()[2]
        for path in (paths.LANDING, "/nowhere"):
            httpx.get(served + path)
        with socket.create_connection((LOCAL, int(served.rpartition(":")[2]))) as stranger:
            stranger.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
            stranger.recv(1000)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
        log = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert {one["event"] for one in log} >= {"request", "Invalid HTTP request received."}
    assert all(one["level"] in ("debug", "info", "warning") for one in log), log


def test_a_program_that_ends_unforeseen_says_so_in_the_log(tmp_path: Path) -> None:
    script = "from backend import logs; logs.begin('json'); raise RuntimeError('why')"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert "RuntimeError: why" in json.loads(ran.stderr)["exception"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_log_on_a_full_disk_keeps_nobody_from_the_server(data_dir: Path) -> None:
    environ = {**os.environ, "ECPD_HTTP_PORT": "0", "ECPD_SSH_PORT": "0", "ECPD_LOG_LEVEL": "debug"}
    command = [*ECPD, "serve", "--data-dir", str(data_dir)]
    with (
        open("/dev/full", "w") as full,
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=full, text=True) as process,
    ):
        assert process.stdout is not None
        served = process.stdout.readline().split()[2]
        for _ in range(200):
            assert httpx.post(served + paths.LOGIN_TRANSACTIONS).status_code == 200
        process.send_signal(signal.SIGTERM)
        process.wait(40)
