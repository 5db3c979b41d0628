"""The HTTP door on a real socket: lying, dropping, slow and large clients."""

from __future__ import annotations

import hashlib
import secrets
import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest

from backend.contract import paths
from backend.contract.faults import Refused
from backend.contract.messages import ActivityFilter
from ecp_tui.client import EcpClient
from ecp_tui.draft import Upload
from tests.doors.http.asking import number_of
from tests.doors.http.conftest import Served
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
        if (objects(world), staged_files(world)) == (0, len(world.services.unfinished)):
            break
        threading.Event().wait(0.01)
    world.services.unfinished.close()
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
    assert number_of(answer) in (1005, 1016)  # its session had ended before the server began to read, or after
    assert (objects(world), staged_files(world)) == (0, 0)
