"""Uploads whose line breaks go on from what the server keeps: for their sender alone, and as the file they began as."""

from __future__ import annotations

import hashlib
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from backend.contract import paths
from backend.contract.messages import ActivityFilter
from backend.core import unfinished
from tests.doors.http.asking import RIGHT, Asking, number_of, put
from tests.doors.http.conftest import Served
from tests.doors.http.test_served import answer_on
from tests.submitting import NAME, broken_invariants, listed, objects, staged_files
from tests.world import World

MIB = 1 << 20


@dataclass
class Sender:
    """CHAN01 with one file, who sends as much of it as the line lets through."""

    served: Served
    data: bytes
    token: str
    submission_id: str = field(default_factory=lambda: secrets.token_hex(16))
    claim: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.claim = {**RIGHT, "sha256": hashlib.sha256(self.data).hexdigest()}

    @property
    def path(self) -> str:
        return paths.submission(self.submission_id)

    def open(self, start: int, stop: int, lines: tuple[str, ...] | None = None) -> socket.socket:
        """A line on which the bytes between were sent, and no more; `lines` are what it says they are."""
        size = len(self.data)
        said = (f"Content-Length: {size - start}", f"Content-Range: bytes {start}-{size - 1}/{size}")
        told = [f"PUT {self.path}?{urlencode(self.claim)} HTTP/1.1", f"Host: {self.served.host}"]
        told += [f"Authorization: Bearer {self.token}", *(said[: 2 if start else 1] if lines is None else lines)]
        line = socket.create_connection((self.served.host, self.served.port), timeout=10)
        line.settimeout(10)
        line.sendall(("\r\n".join(told) + "\r\n\r\n").encode() + self.data[start:stop])
        return line

    @property
    def line(self) -> unfinished.Line | None:
        """As the server has it."""
        return self.served.world.services.unfinished._lines.get(("CHAN01", self.submission_id))

    def breaks(self, start: int, stop: int, **how: Any) -> int:
        """Sends what lies between, then the line breaks; returns what is kept."""
        before = self.line
        line = self.open(start, stop, **how)
        wait_until(lambda: self.line is not before)
        return self.broken(line)

    def broken(self, line: socket.socket) -> int:
        """What is kept once the server has noticed."""
        line.close()
        wait_until(lambda: self.line is None or self.line.off_since is not None)
        return self.kept()

    def ask(self, method: str, **other: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {other.pop('token', self.token)}", **other.pop("headers", {})}
        with httpx.Client(base_url=self.served.url, trust_env=False, timeout=30) as client:
            return client.request(method, other.pop("path", self.path), headers=headers, **other)

    def kept(self, **other: Any) -> int:
        answer = self.ask("GET", **other).json()
        return int(answer["kept"]) if answer["receipt"] is None else -1

    def goes_on(self, start: int, data: bytes | None = None, **claim: str) -> httpx.Response:
        size = len(self.data)
        part = f"bytes {start}-{size - 1}/{size}" if start < size else f"bytes */{size}"
        rest = self.data[start:] if data is None else data
        return self.ask("PUT", params={**self.claim, **claim}, content=rest, headers={"content-range": part})


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came to that")


@pytest.fixture
def sender(served: Served) -> Sender:
    return Sender(served, secrets.token_bytes(2 * MIB + 777), served.world.token("CHAN01"))


def assert_cut_off(line: socket.socket) -> None:
    status, body = answer_on(line)
    assert status == 409 and '"number":4519' in body, body
    line.close()


def accepted_once(sender: Sender, answer: httpx.Response) -> bool:
    """One version, its receipt and its bytes, and nothing staged any more."""
    world = sender.served.world
    assert number_of(answer) == 0, answer.text
    activity = answer.json()["activity"]
    assert activity["sha256"] == hashlib.sha256(sender.data).hexdigest()
    assert activity["size"] == len(sender.data)
    wait_until(lambda: sender.line is None)
    with world.platform.store.reading() as rows:
        row = rows.activity(activity["log_index"])
    assert row is not None and row.object_key is not None
    assert world.platform.vault.path(row.object_key).read_bytes() == sender.data
    page = world.services.activity.page(world.actor("CHAN01"), ActivityFilter(state="accepted"), None, 10)
    assert [item.log_index for item in page.items] == [activity["log_index"]]
    return (objects(world), staged_files(world), len(world.services.unfinished)) == (1, 0, 0)


# ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_broken_upload_goes_on_from_what_is_kept(sender: Sender, share: float) -> None:
    stop = int(len(sender.data) * share)
    kept = sender.breaks(0, stop)
    assert kept == stop
    answer = sender.goes_on(kept)
    assert accepted_once(sender, answer)
    assert not broken_invariants(sender.served.world)
    progress = sender.ask("GET").json()
    assert (progress["kept"], progress["receipt"]["receipt"]) == (len(sender.data), answer.json()["receipt"])


def test_many_breaks_end_in_one_acceptance_whose_start_is_the_request_that_brought_the_last_byte(
    sender: Sender,
) -> None:
    kept, world = 0, sender.served.world
    for _ in range(6):
        kept = sender.breaks(kept, kept + 333_333)
        world.clock.move(minutes=1)
    assert kept == 6 * 333_333
    answer = sender.goes_on(kept)
    assert accepted_once(sender, answer)
    assert answer.json()["activity"]["received_start"] == "2022-05-20T08:06:30Z"


def test_what_is_kept_can_be_begun_anew_and_then_nothing_of_it_is_left(sender: Sender) -> None:
    sender.breaks(0, MIB)
    answer = sender.ask("PUT", params=sender.claim, content=sender.data)
    assert accepted_once(sender, answer)


def test_an_upload_of_which_all_arrived_but_its_end_goes_on_with_nothing(sender: Sender) -> None:
    size = len(sender.data)
    line = sender.open(0, 0, ("Transfer-Encoding: chunked", f"Content-Range: bytes 0-{size - 1}/{size}"))
    line.sendall(f"{size:x}\r\n".encode() + sender.data)
    wait_until(lambda: sender.kept() >= MIB)
    assert sender.broken(line) == size
    assert accepted_once(sender, sender.goes_on(size))


def test_a_body_that_ends_too_early_is_4515_and_can_be_gone_on_with(sender: Sender) -> None:
    size = len(sender.data)

    def some() -> Iterator[bytes]:
        yield sender.data[:1000]

    said = {"content-range": f"bytes 0-{size - 1}/{size}"}
    answer = sender.ask("PUT", params=sender.claim, content=some(), headers=said)
    assert number_of(answer) == 4515
    assert answer.json()["detail"] == f"1000 of {size} bytes arrived; nothing was submitted."
    assert answer.json()["values"]["received"] == "1000"
    assert accepted_once(sender, sender.goes_on(1000))


# ── what is not gone on with ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("wrong", [1, MIB - 1, MIB + 1, 2 * MIB + 777])
def test_a_wrong_offset_is_4515_and_says_the_right_one(sender: Sender, wrong: int) -> None:
    sender.breaks(0, MIB)
    answer = sender.goes_on(wrong)
    assert number_of(answer) == 4515
    assert answer.json()["values"]["received"] == str(MIB)
    assert accepted_once(sender, sender.goes_on(MIB))


def test_going_on_with_nothing_is_4515_from_the_beginning(sender: Sender) -> None:
    answer = sender.goes_on(1000)
    assert (number_of(answer), answer.json()["values"]["received"]) == (4515, "0")
    assert staged_files(sender.served.world) == 0


@pytest.mark.parametrize(
    "part",
    ["bytes 1-2/3", "bytes 5-4/3", "bytes 0-0/1", "bytes 0-9/5", "lines 0-1/2", "bytes 0-", "bytes 1-1/2, 2-2/3",
     "bytes */1", "bytes 0-1/*", f"bytes {'9' * 19}-{'9' * 19}/{'9' * 19}"],
)  # fmt: skip
def test_a_range_that_is_not_the_rest_of_the_file_is_9002(ask: Asking, world: World, part: str) -> None:
    assert number_of(put(ask_with(ask, part), b"12345")) == 9002
    assert staged_files(world) == 0


def ask_with(ask: Asking, part: str) -> Asking:
    return lambda *given, **options: ask(*given, **options, headers={"content-range": part})


def test_what_was_claimed_stays_claimed(sender: Sender) -> None:
    sender.breaks(0, MIB)
    other = {"file_name": NAME.replace("SD1", "SD"), "input_date": "2022-05-18", "sha256": "0" * 64, "folder": "LOP"}
    for name, value in other.items():
        assert number_of(sender.goes_on(MIB, None, **{name: value})) == 9002, name
    longer = {"content-range": f"bytes {MIB}-{3 * MIB - 1}/{3 * MIB}"}
    assert number_of(sender.ask("PUT", params=sender.claim, content=b"x" * 2 * MIB, headers=longer)) == 9002
    assert accepted_once(sender, sender.goes_on(MIB))


def test_nothing_is_kept_of_a_file_whose_hash_nobody_said(sender: Sender) -> None:
    del sender.claim["sha256"]
    assert sender.breaks(0, MIB) == 0
    assert staged_files(sender.served.world) == 0
    assert accepted_once(sender, sender.ask("PUT", params=sender.claim, content=sender.data))


def test_the_whole_file_is_hashed_and_not_its_rest(sender: Sender) -> None:
    sender.breaks(0, MIB)
    other = bytes(len(sender.data) - MIB)
    assert number_of(sender.goes_on(MIB, other)) == 4517
    assert (objects(sender.served.world), staged_files(sender.served.world)) == (0, 0)
    assert sender.kept() == 0


def test_nobody_sees_or_goes_on_with_what_another_account_sent(sender: Sender) -> None:
    sender.breaks(0, MIB)
    other = sender.served.world.token("LEE02")
    assert sender.kept(token=other) == 0
    said = {"content-range": f"bytes {MIB}-{len(sender.data) - 1}/{len(sender.data)}"}
    answer = sender.ask("PUT", params=sender.claim, content=sender.data[MIB:], headers=said, token=other)
    assert (number_of(answer), answer.json()["values"]["received"]) == (4515, "0")
    assert sender.ask("DELETE", token=other).json() == {"kept": 0, "receipt": None}
    assert accepted_once(sender, sender.goes_on(MIB))


def test_more_bytes_than_were_said_end_the_upload(sender: Sender) -> None:
    size = len(sender.data)
    said = {"content-range": f"bytes 0-{size - 1}/{size}"}

    def more() -> Iterator[bytes]:
        yield sender.data + b"x"

    assert number_of(sender.ask("PUT", params=sender.claim, content=more(), headers=said)) == 4515
    assert (sender.kept(), staged_files(sender.served.world)) == (0, 0)


def test_after_the_acceptance_everything_answers_with_its_receipt(sender: Sender) -> None:
    sender.breaks(0, MIB)
    receipt = sender.goes_on(MIB).json()["receipt"]
    for answer in (sender.goes_on(MIB), sender.goes_on(5), sender.ask("PUT", params=sender.claim, content=sender.data)):
        assert (answer.json()["receipt"], answer.json()["replayed"]) == (receipt, True)
    assert sender.ask("DELETE").json()["receipt"]["receipt"] == receipt
    assert accepted_once(sender, sender.goes_on(MIB))


def test_a_refusal_met_while_going_on_is_the_ids_outcome(sender: Sender) -> None:
    world = sender.served.world
    sender.breaks(0, MIB)
    world.clock.move(days=20)
    sender.token = world.token("CHAN01")
    world.services.unfinished._lines[("CHAN01", sender.submission_id)].off_since = world.clock.now()
    for answer in (sender.goes_on(MIB), sender.goes_on(MIB), sender.ask("GET"), sender.ask("DELETE")):
        assert number_of(answer) == 4513
    assert listed(world, world.actor("CHAN01"), state="refused") == [("refused", None, 4513)]
    assert (objects(world), staged_files(world)) == (0, 0)


def test_a_suspended_account_goes_on_with_nothing(sender: Sender) -> None:
    world = sender.served.world
    sender.breaks(0, MIB)
    world.services.access.suspend(world.actor("WONGDA1"), "CHAN01", "left")
    assert number_of(sender.goes_on(MIB)) in {1005, 1016}
    assert number_of(sender.ask("GET")) in {1005, 1016}
    assert objects(world) == 0


# ── two at once ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_half_dead_line_holds_up_nobody_and_writes_nothing_any_more(sender: Sender) -> None:
    line = sender.open(0, MIB)
    wait_until(lambda: sender.kept() == MIB)
    assert accepted_once(sender, sender.goes_on(MIB))
    line.sendall(b"\0" * MIB)
    assert_cut_off(line)
    assert accepted_once(sender, sender.goes_on(MIB))
    assert not broken_invariants(sender.served.world)


def test_beginning_anew_cuts_off_the_line_before(sender: Sender) -> None:
    line = sender.open(0, MIB)
    wait_until(lambda: sender.kept() == MIB)
    assert accepted_once(sender, sender.ask("PUT", params=sender.claim, content=sender.data))
    line.sendall(sender.data[MIB:])
    assert_cut_off(line)
    assert accepted_once(sender, sender.goes_on(MIB))


def test_of_many_that_go_on_at_once_one_is_accepted_and_every_answer_is_true(sender: Sender) -> None:
    sender.breaks(0, MIB)
    numbers: list[int] = []
    together = threading.Barrier(6)

    def one(start: int) -> None:
        together.wait()
        answer = sender.goes_on(start) if start else sender.ask("PUT", params=sender.claim, content=sender.data)
        numbers.append(number_of(answer))

    threads = [threading.Thread(target=one, args=(start,)) for start in (MIB, MIB, MIB, 0, 0, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(numbers) == 6 and 0 in numbers and set(numbers) <= {0, 4515, 4519}, numbers
    assert accepted_once(sender, sender.goes_on(MIB))
    assert not broken_invariants(sender.served.world)


# ── how long, and how much ───────────────────────────────────────────────────────────────────────────────────────


def test_an_hour_after_the_line_broke_nothing_is_kept_any_more(sender: Sender) -> None:
    world = sender.served.world
    sender.breaks(0, MIB)
    world.clock.move(minutes=59)
    world.platform.sweep()
    assert staged_files(world) == 1
    world.clock.move(minutes=1)
    world.platform.sweep()
    assert (staged_files(world), len(world.services.submissions.stagings)) == (0, 0)


def test_letting_go_keeps_nothing_and_cuts_off_who_is_still_sending(sender: Sender) -> None:
    world = sender.served.world
    sender.breaks(0, MIB)
    assert sender.ask("DELETE").json() == {"kept": 0, "receipt": None}
    assert staged_files(world) == 0
    line = sender.open(0, MIB)
    wait_until(lambda: sender.kept() == MIB)
    assert sender.ask("DELETE").json() == {"kept": 0, "receipt": None}
    line.sendall(sender.data[MIB:])
    assert_cut_off(line)
    assert (objects(world), staged_files(world)) == (0, 0)


def test_only_so_many_wait_for_an_account_and_the_longest_gives_way(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfinished, "MOST_OF_ACCOUNT", 3)
    ids = []
    for _ in range(5):
        sender.submission_id = secrets.token_hex(16)
        ids.append(sender.submission_id)
        assert sender.breaks(0, 1000) == 1000
        sender.served.world.clock.move(seconds=1)
    assert [sender.kept(path=paths.submission(one)) for one in ids] == [0, 0, 1000, 1000, 1000]
    assert staged_files(sender.served.world) == len(sender.served.world.services.submissions.stagings) == 3


def test_closing_the_platform_leaves_nothing_behind(sender: Sender) -> None:
    world = sender.served.world
    sender.breaks(0, 1000)
    world.services.unfinished.close()
    assert (staged_files(world), len(world.services.unfinished)) == (0, 0)
