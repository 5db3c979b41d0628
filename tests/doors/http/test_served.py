"""The HTTP door on a real socket: lying, dropping, slow and large clients, and proxies that are not to be believed."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from backend.contract import paths
from backend.contract.faults import Refused
from backend.contract.messages import ActivityFilter
from backend.settings import Settings, SettingsError
from ecp_tui.client import EcpClient, Upload
from tests.doors.http.conftest import Served, number_of, serving
from tests.submitting import NAME, broken_invariants, objects, staged_files
from tests.world import World

RIGHT = {"folder": "SD-1", "identity_code": "01234", "input_date": "2022-05-19", "file_name": NAME}
MIB = 1 << 20


def blocks(size: int) -> Iterator[bytes]:
    for _ in range(size // MIB):
        yield b"x" * MIB


def head(served: Served, length: str, *lines: str, **other: str) -> bytes:
    """The head of an upload, as a client of our own writes it."""
    path = f"{paths.submission(secrets.token_hex(16))}?{urlencode({**RIGHT, **other})}"
    token = served.world.token("CHAN01")
    told = [f"PUT {path} HTTP/1.1", f"Host: {served.host}", f"Authorization: Bearer {token}", *lines]
    told += [f"Content-Length: {length}"] if length else []
    return ("\r\n".join(told) + "\r\n\r\n").encode()


def connected(served: Served) -> socket.socket:
    line = socket.create_connection((served.host, served.port), timeout=10)
    line.settimeout(10)
    return line


def answer_on(line: socket.socket) -> tuple[int, str]:
    """Status and body of the answer, whatever of the request is still unsent."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = line.recv(65536)
        if not more:
            return 0, ""
        data += more
    top, _, body = data.partition(b"\r\n\r\n")
    length = next(int(row.split(b":")[1]) for row in top.split(b"\r\n") if row.lower().startswith(b"content-length"))
    while len(body) < length:
        body += line.recv(65536)
    return int(top.split()[1]), body.decode()


def nothing_submitted(world: World) -> bool:
    page = world.services.activity.page(world.actor("CHAN01"), ActivityFilter(state="accepted"), None, 10)
    for _ in range(200):
        if (objects(world), staged_files(world)) == (0, 0):
            break
        threading.Event().wait(0.01)
    return page.items == () and (objects(world), staged_files(world)) == (0, 0) and not broken_invariants(world)


# ── dropped, lied, too much ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("sent", [0, 1, 3 * MIB])
def test_a_dropped_upload_submits_nothing(served: Served, sent: int) -> None:
    line = connected(served)
    line.sendall(head(served, str(8 * MIB)) + b"x" * sent)
    threading.Event().wait(0.1)
    line.close()
    assert nothing_submitted(served.world)


def test_a_connection_reset_in_the_middle_submits_nothing(served: Served) -> None:
    line = connected(served)
    line.sendall(head(served, str(8 * MIB)) + b"x" * MIB)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    line.close()
    assert nothing_submitted(served.world)


def test_a_chunked_upload_that_ends_early_submits_nothing(served: Served) -> None:
    line = connected(served)
    line.sendall(head(served, "", "Transfer-Encoding: chunked") + b"5\r\nabcde\r\n")
    threading.Event().wait(0.1)
    line.close()
    assert nothing_submitted(served.world)


def test_bytes_beyond_the_length_said_are_not_the_files(served: Served) -> None:
    line = connected(served)
    line.sendall(head(served, "3") + b"abcGET /v1/landing HTTP/1.1\r\nHost: x\r\n\r\n")
    status, body = answer_on(line)
    assert status == 200 and hashlib.sha256(b"abc").hexdigest() in body
    line.close()


@pytest.mark.parametrize("lines", [("Transfer-Encoding: chunked",), ("Content-Length: 4",)])
def test_two_lengths_in_one_request_are_refused_outright(served: Served, lines: tuple[str, ...]) -> None:
    line = connected(served)
    line.sendall(head(served, "3", *lines) + b"0\r\n\r\n")
    assert answer_on(line)[0] in {0, 400}
    line.close()
    assert nothing_submitted(served.world)


def test_a_chunked_upload_without_a_length_is_taken(served: Served) -> None:
    line = connected(served)
    line.sendall(head(served, "", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    status, body = answer_on(line)
    assert status == 200 and hashlib.sha256(b"abcde").hexdigest() in body
    line.close()


# ── early refusals ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("number", "length", "other"),
    [
        (4505, str(64 * MIB), {"input_date": "2022-05-18"}),
        (4511, "4294967297", {}),
        (4501, str(64 * MIB), {"folder": "BCAN"}),
    ],
)
def test_a_refusal_is_there_before_the_bytes(served: Served, number: int, length: str, other: dict[str, str]) -> None:
    line = connected(served)
    line.sendall(head(served, length, **other))
    status, body = answer_on(line)
    assert f'"number":{number}' in body and status in {404, 413, 422}
    line.close()
    assert nothing_submitted(served.world)


def test_a_client_that_waits_for_100_continue_is_refused_without_it(served: Served) -> None:
    line = connected(served)
    line.sendall(head(served, str(64 * MIB), "Expect: 100-continue", input_date="2022-05-18"))
    assert answer_on(line)[0] == 422, "and was not told to go on"
    line.close()


def test_a_client_that_waits_for_100_continue_is_told_to_go_on_where_all_is_right(served: Served) -> None:
    line = connected(served)
    line.sendall(head(served, "3", "Expect: 100-continue"))
    assert line.recv(100).startswith(b"HTTP/1.1 100")
    line.sendall(b"abc")
    assert answer_on(line)[0] == 200
    line.close()


def test_an_early_refusal_reaches_a_client_that_keeps_sending(served: Served) -> None:
    with served.client("CHAN01") as client:
        wrong = {**RIGHT, "input_date": "2022-05-18"}
        answer = client.put(paths.submission("0" * 32), params=wrong, content=blocks(48 * MIB))
        assert number_of(answer) == 4505
        assert client.get(paths.HOME).status_code == 200, "and the connection still serves"


async def test_the_consoles_client_hears_an_early_refusal_of_a_large_file(served: Served, tmp_path: Path) -> None:
    path = tmp_path / NAME
    with path.open("wb") as file:
        file.truncate(40 * MIB)
    client = EcpClient(served.url, token=served.world.token("CHAN01"))
    upload = Upload("0" * 32, "SD-1", "01234", date(2022, 5, 18), NAME, path, 40 * MIB, "0" * 64)
    with pytest.raises(Refused) as refused:
        await client.submit(upload)
    assert refused.value.number == 4505
    await client.close()


def test_a_retry_of_a_large_accepted_file_gets_its_receipt(served: Served) -> None:
    with served.client("CHAN01") as client:
        first = client.put(paths.submission("0" * 32), params=RIGHT, content=blocks(20 * MIB)).json()
        again = client.put(paths.submission("0" * 32), params=RIGHT, content=blocks(20 * MIB)).json()
    assert again["replayed"] and again["receipt"] == first["receipt"]
    assert objects(served.world) == 1


def test_a_file_that_grows_beyond_its_limit_while_sent_is_refused(served: Served) -> None:
    served.world.clock.at = served.world.clock.at.replace(hour=3)
    lop = {"folder": "LOPA", "identity_code": "HBR01", "file_name": "LOPA_HBR01_20220519.xlsx"}
    with served.client("HO01") as client:
        answer = client.put(paths.submission("0" * 32), params={**RIGHT, **lop}, content=blocks(60 * MIB))
    assert number_of(answer) == 4511
    assert (objects(served.world), staged_files(served.world)) == (0, 0)


def test_a_suspension_during_an_upload_refuses_it(served: Served) -> None:
    world = served.world

    def slowly() -> Iterator[bytes]:
        yield b"x" * MIB
        world.services.access.suspend(world.actor("WONGDA1"), "CHAN01")
        yield b"x" * MIB

    with served.client("CHAN01") as client:
        answer = client.put(paths.submission("0" * 32), params=RIGHT, content=slowly())
    assert number_of(answer) == 1016
    assert (objects(world), staged_files(world)) == (0, 0)


# ── memory ───────────────────────────────────────────────────────────────────────────────────────────────────────

_MEASURED = """
import resource, sys
from pathlib import Path
from tests.doors.http.conftest import serving
from tests.world import open_world
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
        for _ in range(20):
            params = {**RIGHT, "sha256": "0" * 64}
            assert number_of(client.put(paths.submission(secrets.token_hex(16)), params=params, content=b"x")) == 4515
    assert len(os.listdir("/proc/self/fd")) <= before + 6
