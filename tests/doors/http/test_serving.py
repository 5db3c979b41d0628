"""The HTTP server as a process: its memory, and the proxies it believes."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backend.contract import paths
from backend.settings import Settings, SettingsError
from tests.doors.http.asking import number_of
from tests.doors.http.conftest import Served, serving
from tests.submitting import NAME
from tests.world import World

RIGHT = {"folder": "SD-1", "identity_code": "01234", "input_date": "2022-05-19", "file_name": NAME}
MIB = 1 << 20


def blocks(size: int) -> Iterator[bytes]:
    for _ in range(size // MIB):
        yield b"x" * MIB


# ── memory ───────────────────────────────────────────────────────────────────────────────────────────────────────

_MEASURED = """
import resource, sys
from pathlib import Path
from backend import logs
from tests.doors.http.conftest import serving
from tests.world import open_world
logs.begin()
with open_world(Path(sys.argv[1])) as world, serving(world) as served:
    import httpx
    warm = httpx.put(served.url + sys.argv[2] + "1" * 32, content=b"x" * (4 << 20), headers={"authorization": "x"})
    print(served.url, world.token("CHAN01"), flush=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdin.readline()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, flush=True)
"""


def growth_in_mib(tmp_path: Path, size: int) -> float:
    """How much the server's process grows while it takes a file of so many bytes."""
    command = [sys.executable, "-c", _MEASURED, str(tmp_path / "data"), f"{paths.SUBMISSIONS}/"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        url, token = server.stdout.readline().split()
        headers = {"authorization": f"Bearer {token}", "content-length": str(size)}
        answer = httpx.put(
            url + paths.submission("0" * 32), params=RIGHT, content=blocks(size), headers=headers, timeout=300
        )
        assert answer.json()["activity"]["size"] == size
        server.stdin.write("\n")
        server.stdin.flush()
        return int(server.stdout.readline()) / 1024


def test_a_file_of_256_mib_does_not_grow_the_server(tmp_path: Path) -> None:
    assert growth_in_mib(tmp_path, 256 * MIB) < 50


@pytest.mark.slow
def test_a_file_of_2_gib_does_not_grow_the_server(tmp_path: Path) -> None:
    assert growth_in_mib(tmp_path, 2048 * MIB) < 50


# ── proxies ──────────────────────────────────────────────────────────────────────────────────────────────────────


def source_seen(served: Served) -> str:
    """The source that the ledger has for a sign-in with forwarded headers."""
    form = served.world.form("CHAN01")
    body = {"transaction": form.transaction, "login_id": "CHAN01", "password": form.password, "otp": form.otp}
    headers = {"x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https", "forwarded": "for=203.0.113.8"}
    with served.client() as client:
        assert client.post(paths.SIGN_IN, json=body, headers=headers).status_code == 200
    with served.world.platform.store.reading() as rows:
        row = rows.activity(rows.head().size - 1)
    assert row is not None and row.source is not None
    return row.source


def test_forwarded_headers_are_believed_from_nobody_by_default(world: World) -> None:
    with serving(world) as served:
        assert source_seen(served) == "127.0.0.1"


def test_forwarded_headers_are_believed_from_the_named_proxy(world: World) -> None:
    with serving(world, trusted_proxy="127.0.0.1") as served:
        assert source_seen(served) == "203.0.113.7"


def test_forwarded_headers_are_not_believed_from_another_than_the_named_proxy(world: World) -> None:
    with serving(world, trusted_proxy="192.0.2.1") as served:
        assert source_seen(served) == "127.0.0.1"


def test_the_environment_does_not_make_a_proxy_trusted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    with serving(world) as served:
        assert source_seen(served) == "127.0.0.1"


def test_plain_http_off_loopback_is_refused_before_anything_listens(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::", "example.com", ""):  # noqa: S104 - what must be refused
        with pytest.raises(SettingsError, match="Plain HTTP"):
            Settings(tmp_path, http_host=host).refuse_unsafe()
    for host in ("127.0.0.1", "::1", "localhost"):
        Settings(tmp_path, http_host=host).refuse_unsafe()
    both = {"tls_certificate": tmp_path / "c.pem", "tls_key": tmp_path / "k.pem"}
    Settings(tmp_path, http_host="0.0.0.0", **both).refuse_unsafe()  # type: ignore[arg-type]  # noqa: S104 - with TLS
    with pytest.raises(SettingsError, match="belong together"):
        Settings(tmp_path, tls_key=tmp_path / "k.pem").refuse_unsafe()


def test_the_server_process_has_no_open_files_left_of_refused_uploads(served: Served) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with served.client("CHAN01") as client:
        for _ in range(40):
            params = {**RIGHT, "sha256": "0" * 64}
            assert number_of(client.put(paths.submission(secrets.token_hex(16)), params=params, content=b"x")) == 4517
    assert len(os.listdir("/proc/self/fd")) < before + 30
