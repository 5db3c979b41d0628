"""`ssh TICKET@host < FILE`, by OpenSSH itself and by clients that mean no good."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import pty
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import asyncssh
import pytest

from backend.contract.messages import FileTicket, FileTicketProgress, TicketPurpose
from backend.core import ticket_rooms
from backend.core import tickets as limits
from backend.core.actor import Actor
from backend.core.client_connect.sftp_access import RegisteredAddresses
from backend.core.delivery import Delivery, Room
from backend.doors.ssh import server, ticketed, visit
from tests.sftp_world import TODAY, Ran, SftpWorld, installed, open_door
from tests.submitting import objects, staged_files
from tests.ticketing import file, made, submission
from tests.world import World

MIB = 1 << 20


class Sender:
    """CHAN01's form, and whoever types the line that it shows."""

    def __init__(self, here: SftpWorld) -> None:
        self.here = here
        self.world = here.world
        self.chan: Actor = here.world.actor("CHAN01")

    def ticket(self, purpose: TicketPurpose = "submit") -> FileTicket:
        return made(self.world, self.chan, purpose, TODAY)

    def progress(self, ticket: FileTicket) -> FileTicketProgress:
        return self.world.services.tickets.progress(self.chan, ticket.id)

    def fault(self, ticket: FileTicket) -> int:
        fault = self.progress(ticket).fault
        return fault.number if fault is not None else 0

    def has_received(self, ticket: FileTicket, size: int) -> bool:
        return self.progress(ticket).received == size

    async def comes_to(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while not true():
                await asyncio.sleep(0.01)

    def _line(self, ticket: str, *options: str) -> list[str]:
        where = ["-p", str(self.here.door.port), *options, f"{ticket}@127.0.0.1"]
        return [installed("ssh"), *self.here.options(), "-o", "LogLevel=ERROR", *where]

    async def ssh(self, ticket: str, data: bytes | Path = b"", *command: str, options: tuple[str, ...] = ()) -> Ran:
        """What `ssh TICKET@host < FILE` says, and how it exits."""
        path = data if isinstance(data, Path) else self.here.file("typed", data)
        with path.open("rb") as stdin:
            process = await asyncio.create_subprocess_exec(
                *self._line(ticket, *options), *command, stdin=stdin, stdout=-1, stderr=asyncio.subprocess.STDOUT
            )
            said, _ = await asyncio.wait_for(process.communicate(), 60)
        return Ran(process.returncode or 0, said.decode())

    async def sending(self, ticket: str) -> asyncio.subprocess.Process:
        """An ssh whose input is ours to write."""
        return await asyncio.create_subprocess_exec(*self._line(ticket), stdin=-1, stdout=-1, stderr=-1)

    @asynccontextmanager
    async def connected(self, ticket: str) -> AsyncIterator[asyncssh.SSHClientConnection]:
        async with asyncssh.connect(
            "127.0.0.1", self.here.door.port, username=ticket, known_hosts=None, config=None, client_keys=None
        ) as connection:
            yield connection


@pytest.fixture
def sender(sftp_world: SftpWorld) -> Sender:
    return Sender(sftp_world)


# ── the line that people type ────────────────────────────────────────────────────────────────────────────────────


async def test_a_file_comes_by_openssh_and_is_submitted_in_the_form(sender: Sender) -> None:
    data = os.urandom(3 * MIB) + b"\n1,2\n"
    ticket = sender.ticket()
    ran = await sender.ssh(ticket.ticket, data)
    sha256 = hashlib.sha256(data).hexdigest()
    groups = " ".join(sha256[at : at + 16] for at in range(0, 64, 16))
    assert (ran.code, ran.said.splitlines()) == (
        0,
        [
            f"{TODAY}: {len(data):,} bytes received",
            f"SHA-256 {groups}",
            "Go back to the console, compare, and submit it there. Nothing is submitted yet.",
        ],
    )
    progress = sender.progress(ticket)
    assert (progress.state, progress.size, progress.sha256) == ("arrived", len(data), sha256)
    assert progress.rows == data.count(b"\n")
    assert objects(sender.world) == 0
    receipt = sender.world.services.tickets.submit(sender.chan, ticket.id, submission())
    assert (receipt.activity.sha256, receipt.activity.channel) == (sha256, "console")


async def test_plink_brings_a_file_where_it_asks_for_no_terminal(sender: Sender) -> None:
    ticket, port = sender.ticket(), str(sender.here.door.port)
    known = ["-batch", "-hostkey", sender.here.door.fingerprint, "-P", port, f"{ticket.ticket}@127.0.0.1"]
    for options, code in (([], 2), (["-T"], 0)):
        with sender.here.file("typed", b"a,b\n").open("rb") as stdin:
            process = await asyncio.create_subprocess_exec(
                installed("plink"), *options, *known, stdin=stdin, stdout=-1, stderr=asyncio.subprocess.STDOUT
            )
            said, _ = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == code, said
        assert (b"add -T" in said) is (code == 2)
    assert sender.progress(ticket).sha256 == hashlib.sha256(b"a,b\n").hexdigest()


async def test_an_empty_input_is_an_empty_file_and_a_hash_needs_no_form(sender: Sender) -> None:
    empty, compared = sender.ticket(), sender.ticket("compare")
    assert (await sender.ssh(empty.ticket)).code == 0
    assert sender.progress(empty).size == 0
    ran = await sender.ssh(compared.ticket.lower(), b"abc")
    assert (ran.code, "Nothing was kept" in ran.said) == (0, True)
    assert sender.progress(compared).sha256 == hashlib.sha256(b"abc").hexdigest()


async def test_the_form_sees_the_bytes_as_they_come(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticketed, "TELL_EVERY", 0.0)
    ticket = sender.ticket()
    process = await sender.sending(ticket.ticket)
    assert process.stdin is not None
    for count in range(1, 4):
        process.stdin.write(b"x" * MIB)
        await sender.comes_to(partial(sender.has_received, ticket, count * MIB))
    assert sender.progress(ticket).state == "receiving"
    _, said = await process.communicate(b"")
    assert process.returncode == 0
    assert b"1,048,576 bytes received\n" in said


async def test_a_terminal_without_a_file_is_told_how_and_the_ticket_stays_good(sender: Sender) -> None:
    ticket = sender.ticket()
    ours, theirs = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            *sender._line(ticket.ticket), stdin=theirs, stdout=-1, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await asyncio.wait_for(process.communicate(), 20)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (process.returncode, said) == (2, f"{ticketed.USAGE}\r\n".encode())
    assert sender.progress(ticket).state == "waiting"
    assert (await sender.ssh(ticket.ticket, b"abc")).code == 0


async def test_a_ticket_runs_no_command_and_opens_no_sftp(sender: Sender) -> None:
    ticket = sender.ticket()
    for command in ("ls", "sha256sum x", "whoami"):
        ran = await sender.ssh(ticket.ticket, b"", command)
        assert (ran.code, ran.said) == (2, f"{ticketed.USAGE}\n")
    ran = await sender.ssh(ticket.ticket, b"", "sftp", options=("-s",))
    assert ran.code == 255
    async with sender.connected(ticket.ticket) as connection:
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.start_sftp_client()
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_connection("127.0.0.1", 22)
        with pytest.raises(asyncssh.ChannelListenError):
            await connection.forward_remote_port("", 0, "127.0.0.1", 1)
    assert sender.progress(ticket).state == "waiting"


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_ticket_that_is_none_is_refused_in_words(sender: Sender) -> None:
    ticket = sender.ticket()
    assert (await sender.ssh(ticket.ticket, b"abc")).code == 0
    sender.world.clock.move(minutes=11)
    late = sender.ticket()
    sender.world.clock.move(minutes=10)
    for dead in (ticket.ticket, late.ticket, "A" * 16, "abcdefgh234567aa"):
        sender.here.door._strangers._penalties.clear()
        ran = await sender.ssh(dead, b"abc")
        assert ran.code == 255
        assert "4521 Ticket expired or used" in ran.said, ran.said


async def test_a_line_that_breaks_spends_the_ticket(sender: Sender) -> None:
    ticket = sender.ticket()
    process = await sender.sending(ticket.ticket)
    assert process.stdin is not None
    process.stdin.write(b"x" * MIB)
    await sender.comes_to(lambda: sender.progress(ticket).received == MIB)
    process.kill()
    await process.wait()
    await sender.comes_to(lambda: sender.progress(ticket).state == "refused")
    assert sender.fault(ticket) == 4515
    await sender.comes_to(lambda: staged_files(sender.world) == 0)
    sender.here.door._strangers._penalties.clear()
    assert "4521" in (await sender.ssh(ticket.ticket, b"abc")).said


async def test_of_two_lines_with_one_ticket_one_wins(sender: Sender) -> None:
    ticket = sender.ticket()
    data = b"x" * 100_000
    async with sender.connected(ticket.ticket) as one, sender.connected(ticket.ticket) as other:
        ran = await asyncio.gather(*(each.run(input=data, encoding=None) for each in (one, other)))
    assert {each.exit_status for each in ran} == {0, 4}
    said = b"".join(bytes(each.stderr) for each in ran if each.exit_status)  # type: ignore[arg-type]  # encoding None
    assert said.startswith(b"4521 ")
    assert (sender.progress(ticket).state, sender.progress(ticket).size) == ("arrived", len(data))


async def test_two_sessions_of_one_connection_are_one_use(sender: Sender) -> None:
    ticket = sender.ticket()
    async with sender.connected(ticket.ticket) as connection:
        first = await connection.run(input=b"abc", encoding=None)
        second = await connection.run(input=b"def", encoding=None)
    assert (first.exit_status, second.exit_status) == (0, 4)
    assert sender.progress(ticket).sha256 == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize("used", [True, False])
async def test_a_connection_by_ticket_that_asks_for_nothing_is_ended(
    sender: Sender, used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "IDLE_SECONDS", 0.2)
    async with sender.connected(sender.ticket().ticket) as connection:
        if used:
            assert (await connection.run(input=b"abc", encoding=None)).exit_status == 0
        async with asyncio.timeout(10):
            await connection.wait_closed()


async def test_what_came_goes_soon_after_its_session_has_ended(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_TIDY_SECONDS", 0.05)
    async with open_door(world, tmp_path) as here:
        sender = Sender(here)
        await sender.ssh(sender.ticket().ticket, b"abc")
        assert staged_files(world) == 1
        world.platform.store.write(lambda unit: unit.end_session(sender.chan.session or b""))
        await sender.comes_to(lambda: staged_files(world) == 0)


async def test_a_stream_without_end_is_cut_at_the_limit_and_what_is_said_says_it(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_rooms, "Room", lambda most, folder: Room(2 * MIB, folder))
    ticket = sender.ticket()
    ran = await sender.ssh(ticket.ticket, Path("/dev/zero"))
    assert (ran.code, ran.said.startswith("4511 File too large")) == (5, True)
    assert (sender.fault(ticket), staged_files(sender.world)) == (4511, 0)


async def test_a_disk_that_is_slow_slows_its_sender_and_fills_no_memory(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[int] = []
    write = Delivery.write

    def slowly(delivery: Delivery, data: bytes) -> None:
        sessions = [one for line in sender.here.door._visits for one in line._sessions]
        waiting.extend(len(one._waiting) for one in sessions if isinstance(one, ticketed.TicketSession))
        time.sleep(0.01)
        write(delivery, data)

    monkeypatch.setattr(Delivery, "write", slowly)
    ticket, data = sender.ticket(), bytes(24 * MIB)
    assert (await sender.ssh(ticket.ticket, data)).code == 0
    assert sender.progress(ticket).sha256 == hashlib.sha256(data).hexdigest()
    assert max(waiting) <= 5 * MIB


async def test_who_is_silent_too_long_is_given_up(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticketed, "SILENT", 0.2)
    ticket = sender.ticket()
    process = await sender.sending(ticket.ticket)
    assert process.stdin is not None
    process.stdin.write(b"abc")
    assert process.stderr is not None
    assert b"4515 Incomplete upload: 3 of ? bytes" in await asyncio.wait_for(process.stderr.read(), 20)
    process.stdin.close()
    await process.wait()
    assert sender.fault(ticket) == 4515


async def test_a_suspension_ends_the_line_within_seconds(sender: Sender) -> None:
    ticket = sender.ticket()
    process = await sender.sending(ticket.ticket)
    assert process.stdin is not None and process.stderr is not None
    process.stdin.write(b"abc")
    await sender.comes_to(lambda: staged_files(sender.world) == 1)
    sender.world.services.access.suspend(sender.world.actor("WONGDA1"), "CHAN01")
    said = await asyncio.wait_for(process.stderr.read(), 10)
    process.stdin.close()
    await process.wait()
    assert said[:4] in {b"1005", b"1016"}
    assert (process.returncode, staged_files(sender.world)) in {(3, 0), (4, 0)}


async def test_closing_the_door_lets_a_file_arrive_and_then_takes_none(sender: Sender) -> None:
    ticket = sender.ticket()
    process = await sender.sending(ticket.ticket)
    assert process.stdin is not None
    process.stdin.write(b"abc")
    await sender.comes_to(lambda: sender.progress(ticket).received == 3)
    closing = asyncio.create_task(sender.here.door.close(grace=10))
    await asyncio.sleep(0.05)
    await process.communicate(b"def")
    assert process.returncode == 0
    await closing
    assert sender.progress(ticket).size == 6


@pytest.mark.parametrize("registered", [True, False])
async def test_guessing_keeps_its_source_out_while_the_ticket_works_from_another(
    sender: Sender, registered: bool
) -> None:
    """A firm's own address is never shut out of signing in, but from trying tickets."""
    if not registered:
        sender.here.door._strangers.registered = RegisteredAddresses(())
    ticket = sender.ticket()

    async def said(name: str) -> str:
        with pytest.raises((asyncssh.DisconnectError, OSError)) as refused:
            async with sender.connected(name):
                raise AssertionError("it got in")
        return str(refused.value)[:4]

    guesses = [await said(f"GUESSGUESSGUES{letter}2") for letter in "ABCDEFGHIJKL"]
    assert guesses[:3] == ["4521"] * 3 and "4521" not in guesses[limits.MOST_GUESSES :]
    assert await said(ticket.ticket) == guesses[-1]
    assert (guesses[-1] == "1007") is registered
    sender.world.services.tickets.arrive(sender.world.services.tickets.begin(ticket.ticket, "198.51.100.7"))
    assert sender.progress(ticket).state == "arrived"


async def test_tickets_are_in_no_log(
    sender: Sender, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    used, guess = sender.ticket(), "GUESSGUESSGUESS2"
    await sender.ssh(used.ticket, b"abc")
    await sender.ssh(used.ticket, b"abc")
    await sender.ssh(guess, b"abc")
    out, err = capfd.readouterr()
    for secret in (used.ticket, guess):
        assert secret not in out + err + caplog.text


async def test_a_crowd_of_tickets_is_taken_side_by_side(sender: Sender) -> None:
    people = [sender.world.actor(one) for one in ("CHAN01", "LEE02", "HO01")]
    tickets = [(who, made(sender.world, who)) for who in people for _ in range(3)]
    data = os.urandom(2 * MIB)
    ran = await asyncio.gather(*(sender.ssh(ticket.ticket, data) for _, ticket in tickets))
    assert [one.code for one in ran] == [0] * len(tickets)
    for who, ticket in tickets:
        progress = sender.world.services.tickets.progress(who, ticket.id)
        assert progress.sha256 == hashlib.sha256(data).hexdigest()
    chan = tickets[0][0]
    assert sender.world.services.tickets.check(chan, tickets[0][1].id, file()).unchanged is False
