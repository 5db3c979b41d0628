"""Consoles and commands at the end of a connection: what goes through, what does not, and how they end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from backend.contract.faults import Exit
from backend.contract.served import Served
from backend.core.seats import Seat
from backend.doors.ssh import Hosting, consoles, hosting
from backend.doors.ssh.console import Console
from backend.doors.ssh.people import Seated
from backend.doors.ssh.pipes import MOST_UNTAKEN
from backend.doors.ssh.reports import Reports
from backend.doors.ssh.terminals import VARIABLES
from tests.doors.ssh.typing_in import STAND_IN, PeopleWorld, Screen, at_screen, people_world, told
from tests.world import World


@pytest_asyncio.fixture
async def people(world: World, tmp_path: Path) -> AsyncIterator[PeopleWorld]:
    async with people_world(world, tmp_path) as opened:
        yield opened


async def empty(people: PeopleWorld) -> None:
    """Waits until nothing runs any more."""
    async with asyncio.timeout(5):
        while people.door.consoles is not None and people.door.consoles._accounts:
            await asyncio.sleep(0.01)


# ── what goes through ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_command_has_its_own_input_output_errors_and_exit_code(people: PeopleWorld) -> None:
    everything = bytes(range(256)) * 4096
    async with people.typing() as connection:
        code, out, error = await told(connection, "tell 'two words' --json \"é\"")
        opening = json.loads(out)
        assert (code, error, opening["tty"]) == (0, "", False)
        assert opening["arguments"] == ["tell", "two words", "--json", "é"]
        assert await told(connection, "fail") == (7, "", "no\n")
        done = await connection.run("cat", input=everything, encoding=None, timeout=20)
        assert done.stdout == everything.decode("latin-1").encode(), "8-bit, and to its end"
        code, _, error = await told(connection, "tell 'no end")
        assert code == 2 and error.startswith("9002 ") and "quotation" in error
        assert json.loads((await told(connection, " "))[1])["arguments"] == ["--help"]
    await empty(people)


async def test_a_command_is_run_whole_or_not_at_all(people: PeopleWorld) -> None:
    async with people.typing() as connection:
        words = json.loads((await told(connection, "tell ".ljust(10_000, "x")))[1])["arguments"]
        assert [len(one) for one in words] == [4, 9995]
        for widest in ("\U0001f4c4", "\x01"):
            words = json.loads((await told(connection, f"tell {widest * 9_995}"))[1])["arguments"]
            assert words == ["tell", widest * 9_995]
        code, out, error = await told(connection, "tell " + " " * 9_990 + "--everything-but x")
        assert (code, out) == (2, "") and error.startswith("9002 ") and "10,000 characters" in error
    await empty(people)


async def test_a_command_on_a_terminal_has_one(people: PeopleWorld) -> None:
    async with people.typing() as connection:
        code, out, _ = await told(connection, "tell", term_type="xterm", term_size=(99, 33))
        assert code == 0 and json.loads(out)["tty"] is True


async def test_a_console_hears_of_every_size_within_bounds(people: PeopleWorld) -> None:
    async with people.typing() as connection, at_screen(connection, term_size=(132, 43)) as screen:
        await screen.until("[132x43]")
        for width, height, wanted in (
            (1, 1, "[1x1]"),
            (500, 200, "[500x200]"),
            (60_000, 60_000, "[500x200]"),
            (2**32 - 1, 2**32 - 1, "[500x200]"),
            (0, 0, "[80x24]"),
            (0, 50, "[80x24]"),
            (40, 12, "[40x12]"),
        ):
            screen.shown = b""
            screen.process.change_terminal_size(81, 25)
            await screen.until("[81x25]")
            screen.process.change_terminal_size(width, height)
            await screen.until(wanted)
        for _ in range(2000):
            screen.process.change_terminal_size(secrets.randbelow(2**32), secrets.randbelow(2**32), 2**31, 2**31)
        screen.type(b"z")
        await screen.until("<7a>")
    async with people.typing() as connection, at_screen(connection, term_size=(0, 0)) as screen:
        await screen.until("[80x24]")


async def test_sizes_for_a_session_that_has_begun_nothing_or_has_ended_hurt_nobody(people: PeopleWorld) -> None:
    async with people.typing() as connection:
        async with at_screen(connection) as screen:
            await screen.opening()
            screen.type(b"q")
            for _ in range(50):
                with contextlib.suppress(OSError):
                    screen.process.change_terminal_size(2**32 - 1, 1)
            await screen.rest()
        assert (await told(connection, "tell"))[0] == 0


async def test_only_what_describes_a_terminal_is_taken_from_a_client(people: PeopleWorld) -> None:
    junk = {
        "PATH": "/x",
        "LD_PRELOAD": "/x.so",
        "PYTHONPATH": "/x",
        "PYTHONSTARTUP": "/x",
        "TERM": "x",
        "LC_EVIL": "1",
        "ECP_SERVER": "http://evil",
        "LANG": "$(id)",
        "LC_ALL": "C\x1b[2J",
        "LC_CTYPE": "x" * 65,
        "COLORTERM": "",
        "": "x",
    }
    good = {"LANG": "en_GB.UTF-8", "COLORTERM": "truecolor", "NO_COLOR": "1", "ACCESSIBLE": "1"}
    async with people.typing() as connection:
        _, out, _ = await told(connection, "tell", env={**junk, **{f"X{one}": "y" * 9000 for one in range(50)}})
        assert json.loads(out)["terminal"] == {}
        async with at_screen(connection, env={**good, "EVIL": "1"}) as screen:
            assert (await screen.opening())["terminal"] == {**good, "TERM": "xterm-256color"}
        for kind in ("../../etc/passwd", "x" * 65, "a b", "\x1b]0;"):
            async with at_screen(connection, term_type=kind) as screen:
                assert (await screen.opening())["terminal"] == {}
        (channels,) = [visit._connection._channels for visit in people.door._visits if visit._connection]
        assert all(set(map(bytes.decode, one._env)) <= VARIABLES for one in channels.values())


async def test_the_program_is_told_nothing_of_our_environment(people: PeopleWorld) -> None:
    os.environ["ECPD_SECRET_OF_TESTS"] = "x"
    own = Hosting(STAND_IN)
    own.start()
    try:
        await asyncio.sleep(0.2)
        program = Path(f"/proc/{own.pid}")
        environ, cwd = (program / "environ").read_bytes(), (program / "cwd").resolve()
        handles = {os.readlink(one) for one in (program / "fd").iterdir()}
    finally:
        del os.environ["ECPD_SECRET_OF_TESTS"]
        own.close()
    assert own.pid is None and environ == b"" and cwd == Path("/")
    data = str(people.world.platform.settings.data_dir)
    assert not [one for one in handles if one.startswith(data)], handles


# ── nobody else's ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_two_people_never_see_each_others_screen_or_seat(people: PeopleWorld) -> None:
    services = people.world.services

    async def at_work(connection: asyncssh.SSHClientConnection, login_id: str, mark: str) -> str:
        async with at_screen(connection) as screen:
            opening = await screen.opening()
            seat = services.seats.of(opening["seat"])
            assert seat is not None and seat.login_id == opening["login_id"] == login_id
            assert services.sessions.me(opening["token"]).login_id == login_id
            for _ in range(100):
                screen.type(mark.encode())
                await asyncio.sleep(0)
            await asyncio.sleep(0.2)
            screen.type(b"q")
            typed = bytes.fromhex("".join(re.findall("<([0-9a-f]{2,78})>", await screen.rest())))
            assert set(typed.decode()) == {mark}
            return str(opening["seat"])

    async with contextlib.AsyncExitStack() as stack:
        who = ["CHAN01", "WONGDA1", "CHAN01", "WONGDA1"]
        connections = [await stack.enter_async_context(people.typing(one, people.right(one))) for one in who]
        at_once = zip(connections * 2, who * 2, "ABCDEFGH", strict=True)
        seats = await asyncio.gather(*(at_work(*one) for one in at_once))
        assert len(set(seats)) == len(connections)
    await empty(people)


async def test_several_sessions_share_a_connection_and_its_sign_in_and_nothing_else(people: PeopleWorld) -> None:
    async with people.typing() as connection, at_screen(connection) as one, at_screen(connection) as other:
        first, second = await one.opening(), await other.opening()
        assert (first["token"], first["seat"]) == (second["token"], second["seat"])
        one.type(b"k")
        await one.rest()
        other.type(b"z")
        await other.until("<7a>")
        assert (await told(connection, "tell"))[0] == 0


async def test_there_are_so_many_for_an_account_a_source_and_everybody_and_those_beyond_are_told(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consoles, "MOST_OF_ACCOUNT", 2)
    async with people_world(world, tmp_path, most=6) as people, contextlib.AsyncExitStack() as stack:
        for login_id in ("CHAN01", "WONGDA1"):
            connection = await stack.enter_async_context(people.typing(login_id, people.right(login_id)))
            screens = [await stack.enter_async_context(at_screen(connection)) for _ in range(2)]
            if login_id == "WONGDA1":
                assert "5005 " in (await screens[1].process.stderr.read()).decode(), "half of all from one source"
                break
            await screens[1].opening()
            code, _, error = await told(connection, "tell")
            assert code == 4 and error.startswith("5005 "), "two of one account"
            screens[0].type(b"q")
            await screens[0].rest()
            assert (await told(connection, "tell"))[0] == 0, "and one that ended makes room"
            await stack.enter_async_context(at_screen(connection))
    await empty(people)


# ── how they end ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_one_that_is_left_ends_with_its_own_code_and_nothing_is_added(people: PeopleWorld) -> None:
    async with people.typing() as connection, at_screen(connection) as screen:
        await screen.opening()
        screen.type(b"q")
        assert (await screen.rest()).endswith("\x1b[?1049l")
        assert (await screen.process.wait()).returncode == 0


async def test_one_that_dies_gives_the_terminal_back_and_hurts_nobody_else(people: PeopleWorld) -> None:
    async with people.typing() as connection, at_screen(connection) as dying, at_screen(connection) as other:
        await dying.opening()
        await other.opening()
        dying.type(b"k")
        shown = await dying.rest()
        for undone in ("\x1b[?1049l", "\x1b[?25h", "\x1b[?1003l", "\x1b[?2004l", "\x1b[<u", "\x1b[0m"):
            assert undone in shown
        assert "9000 Unexpected" in shown and (await dying.process.wait()).returncode == 137
        other.type(b"z")
        await other.until("<7a>")
        code, out, error = await told(connection, "die")
        assert (code, out, error) == (137, "", "")


async def test_one_that_ends_and_leaves_the_terminal_as_it_was_is_put_right(people: PeopleWorld) -> None:
    async with people.typing() as connection, at_screen(connection) as screen:
        await screen.opening()
        screen.type(b"e")
        shown = await screen.rest()
        assert shown.count("\x1b[?1049l") == 1 and "9000 Unexpected" in shown and "1234abcd" in shown
        assert (await screen.process.wait()).returncode == 1


async def test_a_client_that_goes_ends_its_program(people: PeopleWorld) -> None:
    async with people.typing() as connection:
        process = await connection.create_process("stay", encoding=None)
        assert await process.stdout.read(4) == b"here"
        process.close()
        await empty(people)
        async with at_screen(connection) as screen:
            await screen.opening()
            screen.type(b"s")
    await empty(people)
    async with people.typing() as connection:
        await connection.create_process("flood", encoding=None)
        connection.abort()
    await empty(people)


async def test_a_signal_ends_a_command(people: PeopleWorld) -> None:
    async with people.typing() as connection:
        for signal, code in (("TERM", 143), ("INT", 130)):
            process = await connection.create_process("stay", encoding=None)
            assert await process.stdout.read(4) == b"here"
            process.send_signal("NONSENSE\x1b")
            process.send_signal(signal)
            assert (await process.wait(timeout=5)).returncode == code
        async with at_screen(connection) as screen:
            await screen.opening()
            screen.process.send_signal("INT")
            await screen.until("<03>")


async def test_a_client_that_stops_reading_stops_its_program_and_costs_no_memory(people: PeopleWorld) -> None:
    async with people.typing() as connection:
        process = await connection.create_process("flood", encoding=None, window=1 << 16)
        await asyncio.sleep(0.5)
        (visit,) = people.door._visits
        channel = visit._sessions[0]._channel
        assert channel is not None and channel.get_write_buffer_size() < 1 << 20
        assert (await told(connection, "tell"))[0] == 0, "on the same connection"
        process.close()


async def test_a_slow_reader_gets_all_of_it(people: PeopleWorld) -> None:
    async with people.typing() as connection:
        process = await connection.create_process("lots 400000", encoding=None, window=1 << 14)
        await asyncio.sleep(1.5)
        assert len(await process.stdout.read()) == 400_000
        assert (await process.wait()).returncode == 0


async def test_junk_and_a_paste_of_a_megabyte_hurt_nobody(people: PeopleWorld) -> None:
    paste = secrets.token_bytes(1 << 20)
    async with people.typing() as connection, at_screen(connection) as screen, at_screen(connection) as other:
        await screen.opening()
        await other.opening()
        screen.type(b"x" + paste + b"x")
        other.type(b"z")
        await other.until("<7a>")
        async with asyncio.timeout(20):
            while sum(map(int, _sizes(screen))) < len(paste) * 0.9:
                screen.shown += await screen.process.stdout.read(1 << 16)


def _sizes(screen: Screen) -> list[str]:
    """How many bytes of what was typed the program says that it got."""
    return [one if one.isdigit() and len(one) > 2 else str(len(one) // 2) for one in _shown(screen)]


def _shown(screen: Screen) -> list[str]:
    return [part.split(">")[0] for part in screen.shown.decode("latin-1").split("<")[1:]]


async def test_a_program_that_does_not_read_is_not_written_to_for_ever(people: PeopleWorld) -> None:
    async with people.typing() as connection, at_screen(connection) as screen:
        await screen.opening()
        screen.type(b"s")
        await asyncio.sleep(0.2)
        screen.type(b"p" * (4 << 20))
        await asyncio.sleep(0.5)
        (visit,) = people.door._visits
        console = visit._sessions[0]._console  # type: ignore[union-attr]  # the front of one
        assert console is not None and len(console._drain._untaken) < MOST_UNTAKEN * 2
        assert sum(len(data) for data, _ in console._channel._recv_buf) < 4 << 20
        connection.abort()  # what waits would never be taken


async def test_what_a_console_reports_is_logged_once_and_as_a_strangers_words(people: PeopleWorld) -> None:
    with capture_logs() as said:
        async with people.typing() as connection:
            assert (await told(connection, "mishap"))[0] == 0, "and no line of its own says how it ended"
    mishaps = [one for one in said if one["event"] == "unexpected failure in a console"]
    assert 0 < len(mishaps) <= 8
    assert all(str(value).isprintable() for one in mishaps for value in one.values())


def test_what_is_printed_of_an_opening_has_neither_seat_nor_session() -> None:
    opening = Served(
        "http://x", "secret-seat", "secret-token", "LOGIN", "console", "host", 22, "SHA256:x", {}, None, True
    )
    seated = Seated(Seat("::1", "LOGIN", "person", "secret-seat"), "secret-token")
    assert "secret" not in repr(opening) + repr(seated)
    assert b"secret-seat" in opening.written() and b"secret-token" in opening.written()


def test_no_report_of_an_end_is_believed_that_no_program_can_have() -> None:
    for said in ("-5", "256", "1e99", "Infinity", "NaN", "9" * 5000, "[]", '"x"'):
        reports = Reports("CHAN01")
        reports.feed(b'{"exit": %s}\n{"signal": %s}\n' % (said.encode(), said.encode()))
        assert reports.code in {None, 123}, said
        reports.feed(b'{"exit": 3}\n')
        assert reports.code == 3, "which its host says last"


async def test_nothing_waits_on_for_a_client_that_took_nothing_and_went(
    people: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, give_up = 0, Console._give_up

    def counted(console: Console) -> None:
        nonlocal tries
        tries += 1
        give_up(console)

    monkeypatch.setattr("backend.doors.ssh.console._LINGER", 0.02)
    monkeypatch.setattr(Console, "_give_up", counted)
    async with people.typing() as connection:
        process = await connection.create_process("flood", encoding=None, term_type="xterm")
        await asyncio.sleep(0.5)
        process.channel.send_signal("TERM")
        async with asyncio.timeout(10):
            while not tries:
                await asyncio.sleep(0.01)
        connection.abort()
    await empty(people)
    await asyncio.sleep(0.1)
    before = tries
    await asyncio.sleep(0.2)
    assert tries == before


# ── the program that hosts them ──────────────────────────────────────────────────────────────────────────────────


async def dead(people: PeopleWorld) -> None:
    async with asyncio.timeout(5):
        while people.hosting.pid is not None:
            await asyncio.sleep(0.01)


async def test_a_host_that_died_is_started_again_and_what_it_ran_is_told(
    people: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosting, "STARTED_EVERY", 0.0)
    async with people.typing() as connection:
        before = people.hosting.pid
        assert before is not None
        os.kill(before, 9)
        await dead(people)
        assert (await told(connection, "tell"))[0] == 0
        assert people.hosting.pid not in {before, None}


async def test_where_no_host_can_be_started_people_are_told_and_the_rest_goes_on(
    people: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with people.typing() as connection:
        assert people.hosting.pid is not None
        os.kill(people.hosting.pid, 9)
        await dead(people)
        people.hosting._command = ("/nonexistent/python",)
        for _ in range(3):
            code, _, error = await told(connection, "tell")
            assert code == 1 and error.startswith("9000 ")
            async with at_screen(connection) as screen:
                assert "9000 " in (await screen.process.stderr.read()).decode()
    await empty(people)
    async with people.connected() as connection, connection.start_sftp_client() as sftp:
        assert await sftp.listdir("/")


async def test_going_down_tells_consoles_at_once_and_lets_commands_end(people: PeopleWorld) -> None:
    async with people.typing() as connection, at_screen(connection) as screen:
        await screen.opening()
        busy = await connection.create_process("cat", encoding=None)
        busy.stdin.write(b"1")
        assert await busy.stdout.read(1) == b"1"
        closing = asyncio.create_task(people.door.close(grace=5))
        shown = await screen.rest()
        assert "9003 " in shown and "\x1b[?1049l" in shown
        busy.stdin.write(b"2")
        busy.stdin.write_eof()
        assert await busy.stdout.read() == b"2"
        assert (await busy.wait()).returncode == 0
        await closing


async def test_half_open_and_hostile_sessions_end_with_their_connection(people: PeopleWorld) -> None:
    async with people.typing() as connection:
        for _ in range(3):
            process = await connection.create_process("cat", encoding=None)
            process.stdin.write(b"x")
        process.stdin.write_eof()
        assert hashlib.sha256(await process.stdout.read()).digest() == hashlib.sha256(b"x").digest()
        with pytest.raises(asyncssh.Error):
            await connection.create_process(subsystem="netconf")
    await empty(people)


async def test_where_no_handle_is_left_people_are_told_and_none_stays_taken(
    people: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with people.typing() as connection:
        assert (await told(connection, "tell"))[0] == 0
        await empty(people)
        before = set(os.listdir("/proc/self/fd"))
        real, left = os.pipe, [2]

        def pipe() -> tuple[int, int]:
            if not left[0]:
                raise OSError(errno.EMFILE, "Too many open files")
            left[0] -= 1
            return real()

        monkeypatch.setattr(os, "pipe", pipe)
        code, _, error = await told(connection, "tell")
        assert code == 1 and error.startswith("9000 ")
        monkeypatch.undo()
        assert set(os.listdir("/proc/self/fd")) == before and not people.door.consoles._accounts  # type: ignore[union-attr]  # it has some
        assert (await told(connection, "tell"))[0] == 0


async def test_nothing_new_is_opened_while_what_runs_may_still_end(people: PeopleWorld) -> None:
    async with people.typing() as connection, connection.create_process("cat", encoding=None) as cat:
        cat.stdin.write(b"x")
        assert await cat.stdout.read(1) == b"x"
        closing = asyncio.create_task(people.door.close(grace=5))
        await asyncio.sleep(0)
        for command, terminal in (("tell", None), (None, "xterm")):
            done = await connection.run(command, term_type=terminal, timeout=5)
            assert "9003 " in f"{done.stdout!s}{done.stderr!s}" and done.returncode == Exit.NETWORK
        cat.stdin.write_eof()
        assert await cat.stdout.read() == b"" and (await cat.wait()).returncode == 0
        await closing
