"""How sessions begin and end, and that each ends alone."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.databases import Prepared, copied_world
from tests.host.hosted import HostProgram, entrance, hosting

RESTORED = b"\x1b[?1049l"


def children(host: HostProgram) -> set[int]:
    task = Path(f"/proc/{host.process.pid}/task/{host.process.pid}/children")
    return {int(child) for child in task.read_text("ascii").split()}


def gone(host: HostProgram, pid: int) -> bool:
    deadline = time.monotonic() + 10
    while pid in children(host) and time.monotonic() < deadline:
        time.sleep(0.02)
    return pid not in children(host)


def test_a_session_that_is_hung_up_terminated_or_killed_ends_alone_and_restores_its_terminal(host: HostProgram) -> None:
    stays = host.console()
    stays.sees("Home", "CHAN01")
    for number, how in (
        (signal.SIGHUP, {"exit": 129}),
        (signal.SIGTERM, {"exit": 143}),
        (signal.SIGKILL, {"signal": 9}),
    ):
        before = children(host)
        screen = host.console()
        screen.sees("Home", "CHAN01")
        (pid,) = children(host) - before
        os.kill(pid, number)
        assert screen.ended() == how
        screen.settles(0.1)
        assert (RESTORED in screen.raw) is (number != signal.SIGKILL)
    stays.press("\x0f")
    stays.sees("Go to")


def test_a_backend_that_closes_the_socket_ends_the_session_even_one_that_will_not_hear(host: HostProgram) -> None:
    for deaf in (False, True):
        before = children(host)
        screen = host.console()
        screen.sees("Home", "CHAN01")
        (pid,) = children(host) - before
        if deaf:
            os.kill(pid, signal.SIGSTOP)
        screen.socket.close()
        assert gone(host, pid)


def test_nonsense_on_the_control_socket_and_in_openings_hurts_nobody(host: HostProgram) -> None:
    host.control.sendall(b"\x01")  # no handles
    host.hand(b"", (0, 1, 2)).close()
    for nonsense in (b"{}\n", b"[]\n", b"\xff\n", b'{"server": 1}\n'):
        reading, writing = os.pipe()
        session = host.hand(nonsense, (reading, writing, writing))
        os.close(writing)
        with os.fdopen(reading, "rb") as said, session:
            assert b"9000" in said.read()
            assert b"mishap" in session.recv(65536)
    assert host.command("whoami").run()[0] == 0


def test_sessions_outlive_the_host_and_end_with_the_backend(prepared_sqlite: Prepared, tmp_path: Path) -> None:
    with copied_world(prepared_sqlite, tmp_path / "data") as world, entrance(world) as server:
        with hosting(world, server) as host:
            screen = host.console()
            screen.sees("CHAN01")
            (pid,) = children(host)
            host.process.kill()
            host.process.wait()
            screen.press("\x0f")
            screen.sees("Go to")
            screen.hang_up()
            while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]:
                time.sleep(0.02)
        with hosting(world, server) as host:
            screen = host.console()
            screen.sees("CHAN01")
            (pid,) = children(host)
            host.control.close()
            assert host.process.wait(10) == 0
            assert screen.ended() == {"exit": 129}
            screen.hang_up()
