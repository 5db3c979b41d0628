"""What somebody reaches who has broken out of the console: nothing of the machine, and nobody else's session."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecp_tui.host.confine import landlock_version
from tests.databases import Prepared, copied_world
from tests.host.hosted import HostProgram, entrance, hosting

_ATTACKER = str(Path(__file__).with_name("attacker.py"))
_AS_ROOT = os.geteuid() == 0
pytestmark = pytest.mark.skipif(landlock_version() < 6, reason="this kernel confines less")


@pytest.fixture(scope="module")
def program(prepared_sqlite: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProgram]:
    folder = tmp_path_factory.mktemp("attacked") / "data"
    with (
        copied_world(prepared_sqlite, folder) as world,
        entrance(world) as server,
        hosting(world, server, (_ATTACKER,)) as program,
    ):
        yield program


def tries(host: HostProgram, *expressions: str) -> list[Any]:
    code, said, errors = host.command(*expressions).run()
    assert (code, errors) == (0, "")
    found: list[Any] = json.loads(said)
    return found


def test_the_data_directory_cannot_be_listed_read_or_written(host: HostProgram) -> None:
    data = host.world.platform.settings.data_dir
    inside = next(data.glob("*.db"))
    assert (
        tries(
            host,
            f"os.listdir({str(data)!r})",
            f"open({str(inside)!r}).read()",
            f"open({str(data / 'new')!r}, 'w')",
            f"os.unlink({str(inside)!r})",
            f"os.rename({str(inside)!r}, '/taken')",
            f"os.symlink('/etc', {str(data / 'link')!r})",
        )
        == ["PermissionError"] * 6
    )
    if _AS_ROOT:
        assert tries(host, f"os.stat({str(inside)!r})") == ["PermissionError"]


def test_no_other_file_of_the_machine_can_be_read_and_none_be_written_anywhere(host: HostProgram) -> None:
    reads = [f"open({path!r}).read()" for path in ("/etc/passwd", "/etc/hostname", "/proc/self/environ", __file__)]
    folders = [f"os.listdir({path!r})" for path in ("/", "/etc", "/proc", "/root", str(Path.home()))]
    writes = [f"open('/{path}', 'w')" for path in ("tmp/x", "dev/shm/x", "var/tmp/x", "dev/null")]
    assert set(tries(host, *reads, *folders, *writes)) == {"PermissionError"}


def test_nothing_can_be_run_and_nobody_become(host: HostProgram) -> None:
    runs = ["os.execv('/bin/sh', ['sh', '-c', 'true'])", "os.posix_spawn('/bin/true', ['true'], {})"]
    becomes = ["os.setuid(0)", "os.setgid(0)", "os.setgroups([0])"] if _AS_ROOT else []
    assert set(tries(host, *runs, *becomes)) == {"PermissionError"}
    if _AS_ROOT:
        assert tries(host, "os.getuid() != 0", "os.getgroups()") == [True, []]


def test_only_the_private_entrance_can_be_reached_and_nothing_listens(host: HostProgram) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        connect = "socket.create_connection(('127.0.0.1', {}), 5).close()"
        port = int(host.server.rpartition(":")[2])
        assert tries(
            host,
            connect.format(port),
            connect.format(other.getsockname()[1]),
            "socket.socket().bind(('127.0.0.1', 0))",
            "socket.socket().bind(('0.0.0.0', 2222))",
        ) == ["None", "PermissionError", "PermissionError", "PermissionError"]


def test_no_other_process_can_be_hurt_or_looked_into(host: HostProgram) -> None:
    other = host.command("os.getpid(), session.recv(1)")  # waits for a word that never comes
    victims = [host.process.pid, os.getpid()]
    kills = [f"os.kill({pid}, signal.SIGKILL)" for pid in victims]
    looks = [f"open('/proc/{pid}/{what}', 'rb')" for pid in victims for what in ("mem", "environ", "maps")]
    attach = [f"ctypes.CDLL(None).ptrace(16, {pid}, 0, 0)" for pid in victims]
    found = tries(host, *kills, *looks, *attach)
    assert found[:-2] == ["PermissionError"] * (len(found) - 2) and found[-2:] == [-1, -1]
    tries(host, "os.kill(-1, signal.SIGKILL)")  # Linux says nothing, and asks for each
    assert not other.over and host.process.poll() is None


def test_a_child_has_its_session_and_nothing_else_of_the_host(host: HostProgram) -> None:
    other = host.opening()
    waiting = host.command("session.recv(1)", **other)
    handles = "[n for n in range(64) if not ctypes.CDLL(None).fcntl(n, 1) < 0]"
    limits = "[resource.getrlimit(getattr(resource, 'RLIMIT_' + n))[1] for n in ('CORE', 'FSIZE', 'NOFILE')]"
    assert tries(host, handles, limits, "dict(os.environ)", "os.getsid(0) == os.getpid()") == [
        [0, 1, 2, 3],
        [0, 0, 64],
        "{}",
        True,
    ]
    secrets = [other["seat"], other["token"]]
    found = tries(
        host,
        f"[s for s in {[secret[::-1] for secret in secrets]!r} for o in gc.get_objects()"
        " for one in (o.values() if isinstance(o, dict) else o if isinstance(o, (list, tuple, set)) else ())"
        " if isinstance(one, (str, bytes)) and s[::-1] in (one if isinstance(one, str) else one.decode('latin-1'))]",
        "len(gc.get_objects()) > 0",
    )
    assert found == [[], True]
    assert not waiting.over


def test_what_holds_is_told_to_the_backend(host: HostProgram) -> None:
    held = " ".join(host.ready["confined"])
    assert host.ready["ready"] is True and all(word in held for word in ("files", "signals", "network"))
    assert ("user nobody" in held) is _AS_ROOT
