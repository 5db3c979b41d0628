"""HTTP connections: what one peer may hold of the server without asking for anything."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from ipaddress import ip_network
from itertools import repeat

import pytest

from backend.contract import paths
from backend.doors.http import connections
from backend.doors.http.connections import Entrance
from tests.doors.http.conftest import Served, serving
from tests.doors.http.test_served import answer_on, connected, head, nothing_submitted
from tests.world import World

GET = f"GET {paths.LANDING} HTTP/1.1\r\nHost: x\r\n".encode()
MIB = 1 << 20
MOST_SENT = 64
"""MiB: what the sockets of both sides may hold, and the parser by far not."""


def sent_before_it_is_closed(line: socket.socket, block: bytes) -> int:
    sent = 0
    try:
        for one in repeat(block, MOST_SENT * MIB // len(block)):
            line.sendall(one)
            sent += len(one)
    except OSError:
        pass
    return sent // MIB


# ── heads ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "block"),
    [
        (GET, b"x-long: " + b"a" * MIB + b"\r\n"),
        (GET + b"x-long: ", b"a" * MIB),
        (GET, b"a: b\r\n" * (MIB // 6)),
        (b"GET /v1/landing?", b"a" * MIB),
        (GET + b"\r\n", (GET + b"\r\n") * 8000),
        (
            b"POST /v1/login-transactions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            b"x-long: " + b"a" * MIB + b"\r\n",
        ),
    ],
    ids=["one line after another", "one line", "many lines", "address", "requests", "trailers"],
)
def test_a_head_without_end_closes_its_connection(served: Served, start: bytes, block: bytes) -> None:
    line = connected(served)
    line.sendall(start)
    assert sent_before_it_is_closed(line, block) < MOST_SENT
    line.close()
    with served.client() as client:
        assert client.get(paths.LANDING).status_code == 200


def test_a_large_head_that_ends_in_time_is_answered(served: Served) -> None:
    line = connected(served)
    line.sendall(GET + b"x-long: " + b"a" * 30_000 + b"\r\n\r\n")
    assert answer_on(line)[0] == 200
    line.close()


def test_a_path_to_other_protocols_is_not_taken(served: Served) -> None:
    line = connected(served)
    line.sendall(GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")
    line.sendall(b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n")
    assert answer_on(line)[0] == 200
    line.close()


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────────────────


def nothing(line: socket.socket) -> None:
    """A connection that never says a word."""


def half_a_head(line: socket.socket) -> None:
    line.sendall(GET)


def one_more_byte_after_an_answer(line: socket.socket) -> None:
    line.sendall(GET + b"\r\n")
    assert answer_on(line)[0] == 200
    line.sendall(b"\r\n")


@pytest.mark.parametrize("said", [nothing, half_a_head, one_more_byte_after_an_answer])
def test_a_connection_without_a_request_is_closed(
    world: World, monkeypatch: pytest.MonkeyPatch, said: Callable[[socket.socket], None]
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(connections, "_LOOK_SECONDS", 0.02)
    with serving(world) as served:
        line = connected(served)
        said(line)
        assert closed(line)


def test_a_body_that_stops_coming_is_ended_and_submits_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.1)
    monkeypatch.setattr(connections, "_LOOK_SECONDS", 0.02)
    with serving(world) as served:
        line = connected(served)
        line.sendall(head(served, str(8 * MIB)) + b"x" * MIB)
        assert closed(line)
        assert nothing_submitted(world)


def test_a_server_that_takes_its_time_ends_no_upload(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.1)
    monkeypatch.setattr(connections, "_LOOK_SECONDS", 0.02)
    begin = world.services.submissions.begin

    def slowly(*args: object) -> object:
        threading.Event().wait(0.5)
        return begin(*args)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(world.services.submissions, "begin", slowly)
    with serving(world) as served:
        line = connected(served)
        line.sendall(head(served, str(MIB)) + b"x" * MIB)
        assert answer_on(line)[0] == 200
        line.close()


def closed(line: socket.socket) -> bool:
    with line:
        try:
            return line.recv(1) == b""
        except ConnectionResetError:
            return True


# ── who, and how many ────────────────────────────────────────────────────────────────────────────────────────────


def test_one_source_takes_a_quarter_of_all_connections_and_all_together_no_more_than_there_are() -> None:
    entrance = Entrance(8, (), by_tls=True)
    assert [entrance.admits("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert [entrance.admits(f"198.51.100.{number}") for number in range(7)] == [True] * 6 + [False]
    entrance.left("192.0.2.1")
    assert entrance.admits("192.0.2.1") and not entrance.admits("192.0.2.2")


def test_the_addresses_of_one_ipv6_site_are_one_source() -> None:
    entrance = Entrance(8, (), by_tls=True)
    assert [entrance.admits(f"2001:db8::{number}") for number in (1, 2, 3)] == [True, True, False]
    assert entrance.admits("2001:db8:0:1::1")
    assert [entrance.admits(f"::ffff:192.0.2.{number}") for number in (1, 2, 3)] == [True, True, True]


def test_everybody_behind_the_proxy_may_come() -> None:
    entrance = Entrance(8, (ip_network("10.0.0.0/24"),), by_tls=False)
    assert all(entrance.admits("10.0.0.7") for _ in range(8)) and not entrance.admits("10.0.0.8")


def test_without_tls_only_this_machine_and_the_proxy_are_served() -> None:
    entrance = Entrance(100, (ip_network("10.0.0.7"),), by_tls=False)
    for host in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.7", "::ffff:10.0.0.7"):
        assert entrance.admits(host)
    for host in ("10.0.0.8", "192.0.2.1", "2001:db8::1", "fe80::1%eth0"):
        assert not entrance.admits(host)


def test_a_peer_that_is_not_admitted_hears_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Entrance, "admits", lambda *_: False)
    with serving(world) as served:
        line = connected(served)
        try:
            line.sendall(GET + b"\r\n")
        except OSError:
            return
        assert closed(line)
