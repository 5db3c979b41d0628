"""Tickets over HTTP: the console's own client on both ends, and what else comes on that line."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from backend.contract import paths
from backend.contract.faults import Refused
from backend.contract.messages import FileTicket, FileTicketProgress
from backend.core import ticket_rooms
from backend.core import tickets as limits
from backend.core.delivery import Room
from ecp_tui.client import EcpClient
from tests.doors.http.asking import SECRET, Asking, assert_problem, number_of
from tests.doors.http.conftest import Served
from tests.doors.http.test_served import answer_on, connected
from tests.submitting import NAME, objects, staged_files
from tests.ticketing import file, submission
from tests.world import World

MIB = 1 << 20


async def blocks(*data: bytes) -> AsyncIterator[bytes]:
    for block in data:
        yield block


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come to that")


async def number(calling: object) -> int:
    try:
        await calling  # type: ignore[misc]  # any coroutine
    except Refused as refused:
        return refused.number
    return 0


def test_the_console_makes_a_ticket_a_browser_uses_it_and_the_console_submits(world: World) -> None:
    async def story() -> None:
        console, browser, other = world.client("CHAN01"), world.client(), world.client("LEE02")
        ticket = await console.make_ticket("submit", NAME)
        sent = await browser.send_ticketed(ticket.ticket, blocks(b"a,b\n", b"1,2\n"), size=8, file_name="mine.csv")
        assert sent == await console.ticket_progress(ticket.id)
        assert (sent.state, sent.file_name, sent.size, sent.rows) == ("arrived", "mine.csv", 8, 2)
        assert await number(other.ticket_progress(ticket.id)) == 2001
        assert (await console.check_ticketed(ticket.id, file())).unchanged is False
        once = submission()
        receipt = await console.submit_ticketed(ticket.id, once)
        assert (await console.submit_ticketed(ticket.id, once)).receipt == receipt.receipt
        assert receipt.activity.sha256 == sent.sha256
        assert await number(browser.send_ticketed(ticket.ticket, blocks(b"x"))) == 4521
        await console.drop_ticket(ticket.id)
        assert await number(console.ticket_progress(ticket.id)) == 2001
        for client in (console, browser, other):
            await client.close()

    asyncio.run(story())


def test_what_a_ticket_is_refused_with_is_a_fault_of_the_catalogue_again(world: World) -> None:
    async def story() -> tuple[FileTicket, FileTicketProgress]:
        console = world.client("CHAN01")
        ticket = await console.make_ticket()
        sending = console.send_ticketed(ticket.ticket, blocks(b"abc"), size=5)
        with pytest.raises(Refused) as cut:
            await sending
        assert cut.value.number == 4515
        progress = await console.ticket_progress(ticket.id)
        await console.close()
        return ticket, progress

    _, progress = asyncio.run(story())
    assert progress.fault is not None and progress.state == "refused"
    assert (progress.fault.number, progress.fault.what) == (4515, "3 of 5 bytes arrived; nothing was submitted.")


def test_a_session_is_no_ticket_and_a_ticket_no_session(ask: Asking, world: World) -> None:
    ticket = ask("POST", paths.TICKETS, "CHAN01", json={"purpose": "submit"}).json()
    assert_problem(ask("PUT", paths.TICKETED, "CHAN01", content=b"x"), 4521)
    assert_problem(ask("PUT", paths.TICKETED, content=b"x"), 4521)
    for path in (paths.FOLDERS, paths.TICKETS + "/" + ticket["id"], paths.OWN_SESSION):
        for scheme in ("Ticket", "Bearer"):
            said = {"authorization": f"{scheme} {ticket['ticket']}"}
            assert number_of(ask("GET", path, headers=said)) == 1005
    used = ask("PUT", paths.TICKETED, headers={"authorization": f"ticket {ticket['ticket'].lower()}"}, content=b"x")
    assert used.json()["state"] == "arrived"


@pytest.mark.parametrize("id_", ["x", "0" * 31, "0" * 33, "../tickets", "%00" * 32])
def test_an_id_that_is_none_is_refused(ask: Asking, id_: str) -> None:
    assert number_of(ask("GET", f"{paths.TICKETS}/{id_}", "CHAN01")) in {9002, 2001}


@pytest.mark.parametrize(
    "body", [{}, {"purpose": "read"}, {"purpose": "submit", "most": 1}, {"purpose": "submit", "file_name": "x" * 1001}]
)
def test_a_wish_that_is_none_is_refused(ask: Asking, world: World, body: dict[str, object]) -> None:
    assert number_of(ask("POST", paths.TICKETS, "CHAN01", json=body)) == 9002
    assert len(world.services.tickets) == 0


def test_guesses_are_counted_by_their_source(ask: Asking, world: World) -> None:
    for _ in range(limits.MOST_GUESSES):
        guess = ask("PUT", paths.TICKETED, headers={"authorization": f"Ticket {SECRET}"}, content=b"x")
        assert number_of(guess) == 4521 and SECRET not in guess.text
    assert number_of(ask("PUT", paths.TICKETED, headers={"authorization": "Ticket x"}, content=b"x")) == 1007


def test_tickets_are_in_no_log(ask: Asking, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    ticket = ask("POST", paths.TICKETS, "CHAN01", json={"purpose": "submit"}).json()["ticket"]
    for _ in range(2):
        ask("PUT", paths.TICKETED, headers={"authorization": f"Ticket {ticket}"}, content=b"x")
    out, err = capsys.readouterr()
    assert ticket not in out + err
    with world.platform.store.reading() as rows:
        written = [repr(rows.activity(number)) for number in range(rows.head().size)]
    assert not any(ticket in row for row in written)


# ── on a real line ───────────────────────────────────────────────────────────────────────────────────────────────


class Sending:
    """CHAN01's ticket, and lines on which its file comes."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.lines: list[socket.socket] = []
        token = served.world.token("CHAN01")
        self.actor = served.world.services.sessions.actor(token, "console", "x", background=True)
        client = EcpClient(served.url, token=token)

        async def made() -> FileTicket:
            try:
                return await client.make_ticket()
            finally:
                await client.close()

        self.ticket = asyncio.run(made())

    def line(self, *heads: str, ticket: str = "") -> socket.socket:
        line = connected(self.served)
        self.lines.append(line)
        told = [f"PUT {paths.TICKETED} HTTP/1.1", f"Host: {self.served.host}"]
        told += [f"Authorization: Ticket {ticket or self.ticket.ticket}", *heads]
        line.sendall(("\r\n".join(told) + "\r\n\r\n").encode())
        return line

    @property
    def progress(self) -> FileTicketProgress:
        return self.served.world.services.tickets.progress(self.actor, self.ticket.id)

    def has_come_to(self, state: str, received: int) -> bool:
        progress = self.progress
        return (progress.state, progress.received) == (state, received)


@pytest.fixture
def sending(served: Served) -> Iterator[Sending]:
    made = Sending(served)
    yield made
    for line in made.lines:
        line.close()


@pytest.mark.parametrize("head", [f"Content-Length: {3 * MIB}", "Transfer-Encoding: chunked"])
def test_a_line_that_breaks_spends_the_ticket_and_the_form_sees_how_much_came(sending: Sending, head: str) -> None:
    line = sending.line(head)
    piece = b"x" * MIB
    line.sendall(piece if "Length" in head else f"{MIB:x}\r\n".encode() + piece + b"\r\n")
    wait_until(lambda: sending.has_come_to("receiving", MIB))
    line.close()
    wait_until(lambda: sending.progress.state == "refused")
    fault = sending.progress.fault
    assert fault is not None and (fault.number, fault.values["received"]) == (4515, str(MIB))
    wait_until(lambda: staged_files(sending.served.world) == 0)


def test_a_long_file_arrives_as_it_was_while_another_line_with_its_ticket_is_refused(sending: Sending) -> None:
    data = bytes(range(256)) * 4096 * 12
    line = sending.line(f"Content-Length: {len(data)}")
    line.sendall(data[:MIB])
    wait_until(lambda: sending.has_come_to("receiving", MIB))
    second = sending.line("Content-Length: 1")
    second.sendall(b"x")
    status, body = answer_on(second)
    assert (status, "4521" in body) == (410, True)
    line.sendall(data[MIB:])
    status, body = answer_on(line)
    assert status == 200 and hashlib.sha256(data).hexdigest() in body
    assert objects(sending.served.world) == 0


def test_a_file_longer_than_any_folder_takes_is_refused_before_its_bytes(sending: Sending) -> None:
    line = sending.line(f"Content-Length: {sending.ticket.most + 1}")
    status, body = answer_on(line)
    assert (status, "4511" in body) == (413, True)
    assert sending.progress.state == "refused"


def test_a_stream_is_cut_where_it_becomes_too_long(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticket_rooms, "Room", lambda most, folder: Room(MIB + 5, folder))
    line = sending.line("Transfer-Encoding: chunked")
    line.sendall(f"{3 * MIB:x}\r\n".encode() + b"x" * 2 * MIB)
    status, body = answer_on(line)
    assert (status, "4511" in body) == (413, True)
    assert (sending.progress.state, staged_files(sending.served.world)) == ("refused", 0)


def test_the_end_of_the_session_ends_the_line(sending: Sending) -> None:
    world = sending.served.world
    line = sending.line(f"Content-Length: {8 * MIB}")
    line.sendall(b"x" * MIB)
    wait_until(lambda: sending.has_come_to("receiving", MIB))
    world.services.access.suspend(world.actor("WONGDA1"), "CHAN01")
    wait_until(lambda: staged_files(world) == 0)
    line.sendall(b"x" * MIB)
    assert answer_on(line)[0] in {401, 403}
