"""SFTP beside sshd's internal-sftp and ProFTPD's mod_sftp, in one run, by clients that people really use.

ecpd does strictly more than they: rules, SHA-256, bytes, receipt and log durable before a file is answered.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncssh

from benchmarks.measure import Run, Table, children_of, interleaved, ratio, resident
from benchmarks.sftp_clients import Clients, at_once, seconds
from benchmarks.sftp_servers import PROFTPD, SSHD, Server, ours, proftpd, sshd

_AT_ONCE: Final = 8
_IDLE: Final = 300
_ACCOUNTS: Final = 10
Work = Callable[[Server], float]


@dataclass(frozen=True, slots=True)
class Sizes:
    """`large` and `medium` in MiB; `small` files of 4 KiB, `rush` connections with 50 KB each."""

    times: int = 5
    large: int = 1024
    medium: int = 256
    small: int = 1000
    rush: int = 160


_QUICK: Final = Sizes(1, 128, 32, 100, 24)


def measure(quick: bool = False) -> list[Table]:
    if not (shutil.which("sftp") and Path(SSHD).exists()):
        return []
    sizes = _QUICK if quick else Sizes()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
        bench = _Bench(folder, sizes, _keys(folder), stack)
        return [bench.bulk(), bench.small(), bench.rush(), bench.memory()]


def _keys(folder: Path) -> list[asyncssh.SSHKey]:
    """A key for each account; the first is the one that everybody knows."""
    keys = [asyncssh.generate_private_key("ssh-ed25519") for _ in range(_ACCOUNTS)]
    for number, key in enumerate(keys):
        path = folder / f"key-{number}"
        key.write_private_key(str(path))
        path.chmod(0o600)
    keys[0].write_public_key(str(folder / "key.pub"))
    return keys


class _Bench:
    """The servers with their files, and the clients."""

    def __init__(self, folder: Path, sizes: Sizes, keys: Sequence[asyncssh.SSHKey], stack: ExitStack) -> None:
        self._folder, self._sizes = folder, sizes
        self._data = folder / "data"
        self._data.mkdir()
        self._clients = Clients(folder, folder / "key-0")
        large = self._file("large", sizes.large << 20)
        medium = [self._file("medium", sizes.medium << 20)]
        small = [self._file(f"small-{number}", 4096) for number in range(sizes.small)]
        self._large, self._medium, self._small = large, medium[0], small
        self._servers = [stack.enter_context(ours(folder / "ecpd", keys, large, small))]
        self._servers.append(stack.enter_context(sshd(folder / "sshd", folder / "key.pub", large, small)))
        if Path(PROFTPD).exists():
            self._servers.append(stack.enter_context(proftpd(folder / "proftpd", keys[0], large, small)))
        self._attempt = 0

    def _file(self, name: str, size: int) -> Path:
        path = self._data / name
        with path.open("wb") as file:
            for at in range(0, size, 1 << 20):
                file.write(secrets.token_bytes(min(1 << 20, size - at)))
        return path

    @staticmethod
    def _freshen(path: Path) -> None:
        """Other bytes every time: the same ones would only get their receipt again."""
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(1024))

    def _runs(self, work: Work, times: int | None = None) -> dict[str, Run]:
        def variant(server: Server) -> Callable[[], Run]:
            def run() -> Run:
                before = server.cpu()
                return Run(work(server), server.cpu() - before)

            return run

        return interleaved({one.name: variant(one) for one in self._servers}, times or self._sizes.times)

    # ── large files ──────────────────────────────────────────────────────────────────────────────────────────

    def bulk(self) -> Table:
        clients, large, medium = self._clients, self._large, self._medium
        got = self._folder / "got"

        def put(path: Path, command: Callable[[Server], Sequence[str]]) -> Work:
            def work(server: Server) -> float:
                self._freshen(path)
                return seconds(command(server))

            return work

        def remote(server: Server, number: int) -> str:
            return f":sftp:{server.put_path(number) if number >= 0 else server.get_path(number)}"

        works: list[tuple[str, int, Work]] = [
            ("sftp, put", self._sizes.large, put(large, lambda s: clients.sftp(s, [f"put {large} {s.put_path(0)}"]))),
            ("sftp, get", self._sizes.large, lambda s: seconds(clients.sftp(s, [f"get {s.get_path(-1)} {got}"]))),
            ("rclone, put", self._sizes.medium, put(medium, lambda s: clients.rclone(s, str(medium), remote(s, 1)))),
            ("rclone, get", self._sizes.large, lambda s: seconds(clients.rclone(s, remote(s, -1), str(got)))),
            (
                "lftp, put",
                self._sizes.medium,
                put(medium, lambda s: clients.lftp(s, f"put {medium} -o {s.put_path(2)}")),
            ),
            ("lftp, get", self._sizes.large, lambda s: seconds(clients.lftp(s, f"get {s.get_path(-1)} -o {got}"))),
        ]
        rows = [_row(f"{name} {mib:,} MiB", mib, "MiB/s", self._runs(work)) for name, mib, work in works]
        words = (
            "Goals against sshd: sftp put 1.2×, get 1.0×; rclone and lftp, whose requests are of 32 KiB, 1.0× and 0.9×."
        )
        return Table("SFTP, large files", _COLUMNS, tuple(rows), f"{words} Against ProFTPD 2×.")

    # ── small files ──────────────────────────────────────────────────────────────────────────────────────────

    def small(self) -> Table:
        clients, count = self._clients, len(self._small)
        sink = self._folder / "sink"
        sink.mkdir()

        def put(server: Server, how: str = "put") -> float:
            for path in self._small:
                self._freshen(path)
            lines = [f"{how} {path} {server.put_path(number)}" for number, path in enumerate(self._small)]
            return seconds(clients.sftp(server, lines))

        def get(server: Server) -> float:
            return seconds(clients.sftp(server, [f"get {server.get_path(n)} {sink}/{n}" for n in range(count)]))

        up, down = self._runs(put), self._runs(get)
        durable = self._durable(count)
        synced = {"ecpd": up["ecpd"], "sshd": Run(up["sshd"].wall + durable, up["sshd"].cpu)}
        rows = (
            _row(f"put {count:,} × 4 KiB in one session", count, "files/s", up),
            _row("the same, sshd with the same syncs and commits", count, "files/s", synced),
            _row(f"get {count:,} × 4 KiB in one session", count, "files/s", down),
        )
        words = (
            "Goals against sshd: put 0.5×, and 0.9× of sshd with the same syncs and commits; get 0.9×. In the second "
            "row the time that as many syncs of a file and of its folder, and commits in SQLite, take on the same "
            "disk, measured in this run by themselves, is added to sshd's. Every get is in the log before its first "
            "byte."
        )
        return Table("SFTP, small files", _COLUMNS, rows, words)

    def _durable(self, count: int) -> float:
        """Seconds for what makes `count` files durable: a sync of each, of its folder, and a commit."""
        folder = self._folder / "durable"
        folder.mkdir()
        database = sqlite3.connect(folder / "rows.db", isolation_level=None)
        for setting in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {setting}")
        database.execute("CREATE TABLE rows (name TEXT)")
        handle = os.open(folder, os.O_RDONLY)
        start = time.perf_counter()
        for number in range(count):
            with (folder / str(number)).open("wb") as file:
                file.write(b"x" * 4096)
                file.flush()
                os.fsync(file.fileno())
            os.fsync(handle)
            database.execute("INSERT INTO rows VALUES (?)", (str(number),))
        taken = time.perf_counter() - start
        os.close(handle)
        database.close()
        return taken

    # ── many connections ─────────────────────────────────────────────────────────────────────────────────────

    def rush(self) -> Table:
        count = self._sizes.rush
        files = [self._file(f"rush-{number}", 50_000) for number in range(count)]

        def work(server: Server) -> float:
            for path in files:
                self._freshen(path)
            puts = [[f"put {path} {server.put_path(number)}"] for number, path in enumerate(files)]
            return at_once([self._clients.sftp(server, lines) for lines in puts], _AT_ONCE)

        rows = (
            _row(f"connect, put 50 KB, quit: {count} times, {_AT_ONCE} at once", count, "files/s", self._runs(work)),
        )
        return Table("SFTP, deadline rush", _COLUMNS, rows, "Goals: 1.5× the files of sshd with half of its CPU.")

    # ── memory ───────────────────────────────────────────────────────────────────────────────────────────────

    def memory(self) -> Table:
        count = 30 if self._sizes is _QUICK else _IDLE
        idle = [(one.name, asyncio.run(_idle(one, self._folder, count))) for one in self._servers[:2]]
        mine = self._servers[0]
        Path(f"/proc/{mine.pid}/clear_refs").write_text("5")  # the highest so far is now what it is now
        before = resident(mine.pid)
        uploads = [self._clients.sftp(mine, [f"put {self._medium} {mine.put_path(n)}"]) for n in range(4)]
        seconds(*uploads)
        growth = resident(mine.pid, "VmHWM") - before
        rows = tuple((f"{count} idle sessions, {name}", f"{each:.2f} MiB each") for name, each in idle)
        rows += ((f"4 uploads of {self._sizes.medium} MiB at once, ecpd", f"{max(0.0, growth):.0f} MiB at most"),)
        return Table("SFTP, memory", ("work", "growth"), rows, "Goals: 0.1 MiB a session, 50 MiB for the uploads.")


_COLUMNS: Final = (
    "work",
    "ecpd",
    "sshd",
    "ProFTPD",
    "against sshd",
    "against ProFTPD",
    "server CPU: ecpd, sshd, ProFTPD",
)


def _row(name: str, work: int, unit: str, runs: dict[str, Run]) -> tuple[str, ...]:
    speeds = {who: work / run.wall for who, run in runs.items()}
    shown = [f"{speeds[who]:,.0f} {unit}" if who in speeds else "–" for who in ("ecpd", "sshd", "proftpd")]
    against = [ratio(speeds["ecpd"], speeds[who]) if who in speeds else "–" for who in ("sshd", "proftpd")]
    cpu = [f"{runs[who].cpu:.1f} s" if who in runs else "–" for who in ("ecpd", "sshd", "proftpd")]
    return (name, *shown, *against, ", ".join(cpu))


async def _idle(server: Server, folder: Path, count: int) -> float:
    """MiB that one more connection with an SFTP session costs the server."""

    async def opened(number: int) -> asyncssh.SSHClientConnection:
        place = number % len(server.users)
        connection = await asyncssh.connect("127.0.0.1", server.port, **_as(server.users[place], folder, place))
        await connection.start_sftp_client()
        return connection

    connections = [await opened(number) for number in range(len(server.users))]
    before = sum(map(_private, _family(server.pid)))
    connections += [await opened(number) for number in range(count)]
    after = sum(map(_private, _family(server.pid)))
    for connection in connections:
        connection.abort()
    return (after - before) / count


def _as(user: str, folder: Path, place: int) -> dict[str, Any]:
    nothing_else = {"known_hosts": None, "config": None, "agent_path": None}
    return {"username": user, "client_keys": [str(folder / f"key-{place}")], **nothing_else}


def _family(pid: int) -> Iterator[int]:
    """The process and all that come from it."""
    yield pid
    for child in children_of(pid):
        yield from _family(child)


def _private(pid: int) -> float:
    """MiB that this process alone holds."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except FileNotFoundError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
