"""Published files over HTTP: pages, ranges and their attacks, and readers that are gone, slow or shut out."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator

import httpx
import pytest
from starlette.datastructures import Headers

from backend.contract import paths
from backend.contract.faults import Refused
from backend.contract.messages import ActivityFilter, PublicationFilter
from backend.doors.http import sending
from backend.doors.http.ranges import asked_span
from ecp_tui.client import EcpClient
from tests.doors.http.asking import Asking, number_of
from tests.doors.http.conftest import Served
from tests.publishing import NAME, publish
from tests.world import World

DATA = bytes(range(256)) * 40
MIB = 1 << 20
Reader = Callable[[int, str], socket.socket]


def fetches(world: World) -> int:
    page = world.services.activity.page(world.actor("OPER01"), ActivityFilter(state="fetched"), None, 500)
    return page.total


def readings(world: World) -> int:
    return len(world.services.downloads._handing_out._readings)


def all_closed(world: World) -> bool:
    for _ in range(300):
        if readings(world) == 0:
            return True
        threading.Event().wait(0.01)
    return False


# ── the whole and its parts ──────────────────────────────────────────────────────────────────────────────────────


def test_the_whole_file_comes_with_its_sha256_and_one_row(world: World, ask: Asking) -> None:
    one = publish(world, DATA)
    answer = ask("GET", paths.publication_content(one.log_index), "CHAN01")
    sha256 = hashlib.sha256(DATA)
    assert (answer.status_code, answer.content) == (200, DATA)
    assert answer.headers["etag"] == f'"{sha256.hexdigest()}"'
    assert answer.headers["repr-digest"] == f"sha-256=:{b64encode(sha256.digest()).decode()}:"
    assert answer.headers["content-length"] == str(len(DATA))
    assert answer.headers["content-disposition"] == f'attachment; filename="{NAME}"'
    assert answer.headers["cache-control"] == "no-store"
    assert fetches(world) == 1
    assert readings(world) == 0


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, 10240),
        ("bytes=10-19", 10, 20),
        ("bytes=10239-", 10239, 10240),
        ("bytes=-5", 10235, 10240),
        ("bytes=-99999", 0, 10240),
        ("bytes=5-999999999999999999", 5, 10240),
        ("Bytes=0-0", 0, 1),
    ],
)
def test_a_range_of_it_comes_as_it_was_asked_for(world: World, ask: Asking, asked: str, start: int, end: int) -> None:
    one = publish(world, DATA)
    answer = ask("GET", paths.publication_content(one.log_index), "CHAN01", headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, DATA[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/10240"
    assert fetches(world) == 1


def test_what_is_not_one_range_of_the_file_is_refused_without_a_row(world: World, ask: Asking) -> None:
    one = publish(world, DATA)
    path = paths.publication_content(one.log_index)
    attacks = [
        "bytes=10240-",
        "bytes=-0",
        "bytes=-",
        "bytes=",
        "bytes=5-4",
        "bytes=-1-5",
        "bytes=0-1,3-4",
        "bytes=" + ",".join(["0-"] * 500),
        "bytes=" + "9" * 19 + "-",
        "bytes=٣-٥",
        "bytes=0x10-",
        "bytes=1e3-",
    ]
    for asked in attacks:
        answer = ask("GET", path, "CHAN01", headers={"range": asked.encode()})
        assert (answer.status_code, number_of(answer)) == (416, 4522), asked
        assert answer.headers["content-range"] == f"bytes */{len(DATA)}"
    with pytest.raises(Refused):
        asked_span(Headers(raw=[(b"range", b"bytes=0-1"), (b"range", b"bytes=2-3")]), len(DATA), "")
    assert fetches(world) == 0
    assert ask("GET", path, "CHAN01", headers={"range": "lines=1-2"}).content == DATA, "an unknown unit is ignored"
    stale = {"range": "bytes=5-", "if-range": '"another"'}
    assert ask("GET", path, "CHAN01", headers=stale).status_code == 200
    fresh = {"range": "bytes=5-", "if-range": f'"{one.sha256}"'}
    assert ask("GET", path, "CHAN01", headers=fresh).status_code == 206


def test_what_is_not_yours_answers_byte_for_byte_like_what_is_not_there(world: World, ask: Asking) -> None:
    theirs = publish(world, DATA, "TRD_09999_20220520.csv", identity_code="09999")
    mine = publish(world, DATA)
    world.services.publishing.withdraw(world.actor("OPER01"), "RPT-TRD", "01234", NAME, "wrong")
    nothing = ask("GET", paths.publication_content(10_000), "CHAN01")
    assert (nothing.status_code, number_of(nothing)) == (404, 2001)
    for who, log_index in (("CHAN01", theirs.log_index), ("CHAN01", mine.log_index), ("LEE02", 0)):
        answer = ask("GET", paths.publication_content(log_index), who)
        assert (answer.status_code, answer.content) == (nothing.status_code, nothing.content)
        assert {name for name in answer.headers} == {name for name in nothing.headers}
    for who, number in (("HODA1", 2000), ("ACMEBOT1", 2000), ("OPER01", 2001), ("AUDIT01", 2001)):
        assert number_of(ask("GET", paths.publication_content(theirs.log_index), who)) == number
    assert number_of(ask("GET", paths.publication_content(theirs.log_index))) == 1005
    assert fetches(world) == 0


def test_a_missing_or_a_short_object_is_9000_and_never_a_short_file(world: World, ask: Asking) -> None:
    one = publish(world, DATA)
    with world.platform.store.reading() as rows:
        row = rows.activity(one.log_index)
    assert row is not None
    kept = world.platform.vault.path(row.object_key or "")
    os.truncate(kept, len(DATA) - 1)
    path = paths.publication_content(one.log_index)
    assert number_of(ask("GET", path, "CHAN01")) == 9000
    kept.unlink()
    assert number_of(ask("GET", path, "CHAN01")) == 9000
    assert (fetches(world), readings(world)) == (0, 0)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_show_every_publication_once_and_marks_belong_to_their_maker(world: World) -> None:
    for day in range(10, 20):
        publish(world, DATA, f"TRD_01234_202205{day}.csv")
    publish(world, DATA, "TRD_09999_20220520.csv", identity_code="09999")
    world.services.publishing.withdraw(world.actor("OPER01"), "RPT-TRD", "01234", "TRD_01234_20220515.csv", "wrong")

    async def paged() -> list[tuple[str, str]]:
        client, cursor = world.client("CHAN01"), None
        found: list[tuple[str, str]] = []
        while True:
            page = await client.publications(PublicationFilter(folder="RPT-TRD"), cursor=cursor, limit=3)
            found += [(item.file_name, item.state) for item in page.items]
            cursor = page.cursor
            if cursor is None:
                break
            with pytest.raises(Refused) as refused:
                await world.client("LEE02").publications(PublicationFilter(folder="RPT-TRD"), cursor=cursor)
            assert refused.value.number == 9002
            with pytest.raises(Refused) as refused:
                await client.publications(cursor=cursor)
            assert refused.value.number == 9002
        for folder in ("nowhere", "RPT-BCN", "SD-1"):
            with pytest.raises(Refused) as refused:
                await client.publications(PublicationFilter(folder=folder))
            assert refused.value.number == 4501
        assert (await client.publications(PublicationFilter(identity_code="09999"))).items == ()
        return found

    names = [f"TRD_01234_202205{day}.csv" for day in range(19, 9, -1) if day != 15]
    assert asyncio.run(paged()) == [("TRD_01234_20220515.csv", "withdrawn"), *((name, "published") for name in names)]


# ── readers that are gone, slow or shut out ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def lines() -> Iterator[list[socket.socket]]:
    made: list[socket.socket] = []
    yield made
    for line in made:
        line.close()


@pytest.fixture
def reader(served: Served, lines: list[socket.socket]) -> Reader:
    """Makes a connection that has asked for the file and reads nothing yet."""

    def one(log_index: int, token: str) -> socket.socket:
        lines.append(asking(served, log_index, token))
        return lines[-1]

    return one


def asking(served: Served, log_index: int, token: str) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    line.settimeout(10)
    line.connect((served.host, served.port))
    told = f"GET {paths.publication_content(log_index)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    line.sendall(f"{told}Authorization: Bearer {token}\r\n\r\n".encode())
    return line


def read_to_the_end(line: socket.socket) -> int:
    total = 0
    try:
        while more := line.recv(MIB):
            total += len(more)
    except OSError:
        pass
    return total


def test_who_is_suspended_in_the_middle_gets_no_more_bytes_within_a_second(served: Served, reader: Reader) -> None:
    world = served.world
    one = publish(world, os.urandom(32 * MIB))
    line = reader(one.log_index, world.token("CHAN01"))
    other = reader(one.log_index, world.token("LEE02"))
    assert line.recv(1000).startswith(b"HTTP/1.1 200")
    world.services.access.suspend(world.actor("WONGDA1"), "CHAN01")
    began = time.monotonic()
    while readings(world) == 2 and time.monotonic() - began < 5:
        time.sleep(0.01)
    assert time.monotonic() - began < 1.0
    assert read_to_the_end(line) < 24 * MIB
    assert readings(world) == 1, "the other reader's"
    head = other.recv(1000)
    length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
    taken = len(head.partition(b"\r\n\r\n")[2])
    while taken < length:
        taken += len(other.recv(MIB))
    assert taken == 32 * MIB
    assert all_closed(world)


def test_a_session_that_ends_ends_its_downloads(served: Served, reader: Reader) -> None:
    world = served.world
    one = publish(world, os.urandom(32 * MIB))
    token = world.token("CHAN01")
    line, other = reader(one.log_index, token), reader(one.log_index, world.token("CHAN01"))
    assert line.recv(1000).startswith(other.recv(1000)[:12])
    world.services.sessions.end(token, "console", "127.0.0.1")
    world.services.access.suspend(world.actor("OPER01"), "LEE02")
    for _ in range(100):
        if readings(world) == 1:
            break
        time.sleep(0.01)
    assert read_to_the_end(line) < 24 * MIB
    assert read_to_the_end(other) > 31 * MIB, "another session of the same account goes on"
    assert all_closed(world)


def test_a_reader_that_is_gone_or_takes_nothing_is_let_go(
    served: Served, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BLOCK_SECONDS", 0.5)
    one = publish(served.world, os.urandom(16 * MIB))
    line = reader(one.log_index, served.world.token("CHAN01"))
    assert line.recv(1000).startswith(b"HTTP/1.1 200")
    assert all_closed(served.world), "it took nothing"
    line.close()
    monkeypatch.setattr(sending, "BLOCK_SECONDS", 60.0)
    line = reader(one.log_index, served.world.token("CHAN01"))
    line.recv(1000)
    line.close()
    assert all_closed(served.world), "it is gone"


def test_the_client_goes_on_where_it_stopped_and_hears_of_a_broken_line(served: Served) -> None:
    data = os.urandom(3 * MIB + 17)
    publish(served.world, data)

    async def fetched() -> None:
        client = EcpClient(served.url, token=served.world.token("CHAN01"))
        one = (await client.publications()).items[0]
        whole = b"".join([block async for block in client.fetch(one)])
        rest = b"".join([block async for block in client.fetch(one, MIB + 3)])
        assert (whole, rest) == (data, data[MIB + 3 :])
        assert [block async for block in client.fetch(one, one.size)] == []
        await client.close()

    asyncio.run(fetched())
    assert httpx.get(f"{served.url}{paths.PUBLICATIONS}", trust_env=False).status_code == 401
