"""The console over SSH: connecting to its first frame, a key to its repaint, memory and bytes of a session."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncssh

from benchmarks.measure import Run, Table, children_of, interleaved, median, ms, p95, process_cpu, ratio
from benchmarks.sftp_servers import SSHD, Server, ours, sshd
from benchmarks.terminal import terminal

_FIRST: Final = "One-Time-Password"
"""What a connection by key sees first: the sign-in form."""
_TYPING: Final = 20
_PAUSE: Final = 0.2
"""Seconds between two keys of one person: a quick typist's."""
_MANY: Final = 100


@dataclass
class _Person:
    """Somebody at a console, with the times from each key to the first bytes of its repaint."""

    process: asyncssh.SSHClientProcess[bytes]
    taken: list[float]
    received: int = 0

    async def settle(self, seconds: float = 0.5) -> int:
        """How many bytes came until none came for so long."""
        count = 0
        while True:
            try:
                count += len(await asyncio.wait_for(self.process.stdout.read(1 << 16), seconds))
            except TimeoutError:
                return count

    async def types(self, keys: int) -> None:
        for number in range(keys):
            start = time.perf_counter()
            self.process.stdin.write(b"\t" if number % 2 == 0 else b"\x1b[Z")
            first = len(await self.process.stdout.read(1 << 16))
            self.taken.append(time.perf_counter() - start)
            self.received += first + await self.settle(_PAUSE)


@asynccontextmanager
async def _at_consoles(server: Server, keys: Sequence[asyncssh.SSHKey], count: int) -> AsyncIterator[list[_Person]]:
    """So many people, each connected by a key of their own."""
    people = []
    async with AsyncExitStack() as stack:
        for number in range(count):
            options = {"username": server.users[number], "client_keys": [keys[number]], "config": None}
            connecting = asyncssh.connect("127.0.0.1", server.port, known_hosts=None, agent_path=None, **options)
            connection = await stack.enter_async_context(connecting)
            process = await connection.create_process(term_type="xterm-256color", term_size=(80, 24), encoding=None)
            people.append(_Person(process, []))
        for person in people:
            seen = b""
            while _FIRST.encode() not in seen:
                seen += await person.process.stdout.read(1 << 16)
        await asyncio.gather(*(person.settle(2) for person in people))
        yield people


def _consoles(server: Server) -> list[int]:
    """The processes of sessions: children of the host, which is a child of ecpd."""
    return [child for host in children_of(server.pid) for child in children_of(host)]


def _own(pid: int) -> float:
    """MiB that no other process shares."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


async def _typed(server: Server, keys: Sequence[asyncssh.SSHKey], count: int, times: int) -> tuple[str, ...]:
    async with _at_consoles(server, keys, count) as people:
        own = median([_own(pid) for pid in _consoles(server)])
        typing = people[:_TYPING]
        await asyncio.gather(*(person.types(times) for person in typing))
        taken = [one for person in typing for one in person.taken]
        each = sum(person.received for person in typing) / len(taken)
        words = "1 session" if count == 1 else f"{count} sessions, {len(typing)} of them typing"
        return words, ms(median(taken)), ms(p95(taken)), f"{each:,.0f}", f"{own:.1f} MiB", f"{1024 / own:.0f}"


async def _idle(server: Server, keys: Sequence[asyncssh.SSHKey], seconds: int) -> str:
    async with _at_consoles(server, keys, _TYPING) as people:
        before = sum(map(process_cpu, _consoles(server)))
        counts = await asyncio.gather(*(_left_alone(person, seconds) for person in people))
        cpu = (sum(map(process_cpu, _consoles(server))) - before) / seconds / _TYPING
        return (
            f"Left alone for {seconds} s, {_TYPING} consoles sent {sum(counts)} bytes; each used {cpu:.2%} of a core."
        )


async def _left_alone(person: _Person, seconds: int) -> int:
    end, count = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        try:
            count += len(await asyncio.wait_for(person.process.stdout.read(1 << 16), left))
        except TimeoutError:
            break
    return count


def _connecting(ecpd: Server, peer: Server, folder: Path, key: Path, times: int) -> Table:
    def ssh(server: Server, *words: str) -> list[str]:
        said = {"IdentityFile": key, "IdentitiesOnly": "yes", "IdentityAgent": "none", "BatchMode": "yes"}
        said |= {"StrictHostKeyChecking": "no", "UserKnownHostsFile": folder / "hosts", "LogLevel": "ERROR"}
        options = [part for name, value in said.items() for part in ("-o", f"{name}={value}")]
        return ["ssh", "-F", "none", *options, "-p", str(server.port), f"{server.user}@127.0.0.1", *words]

    def frame() -> Run:
        start = time.perf_counter()
        with terminal(ssh(ecpd), {}) as screen:
            screen.wait_for(_FIRST)
            return Run(time.perf_counter() - start, 0)

    def true(server: Server) -> Run:
        start = time.perf_counter()
        subprocess.run(ssh(server, "true"), capture_output=True, check=False)  # ecpd has no such command, and says so
        return Run(time.perf_counter() - start, 0)

    variants = {"frame": frame, "ecpd": lambda: true(ecpd), "sshd": lambda: true(peer)}
    interleaved(variants, 1)
    runs = interleaved(variants, times)
    own = runs["frame"].wall
    names = {"frame": "console, first frame", "ecpd": "`ssh host true`, ecpd", "sshd": "`ssh host true`, sshd"}
    return Table(
        "Console over SSH: connect to first frame",
        ("work", "time", "first frame against it"),
        tuple((words, ms(runs[name].wall), ratio(own, runs[name].wall)) for name, words in names.items()),
        "Goal: at most 2× `ssh host true` on the same server. From the start of OpenSSH's client, with a key, until "
        "the sign-in form's own words have arrived in a terminal of 80×24. To ecpd `true` is no command: it says so.",
    )


def measure(quick: bool = False) -> list[Table]:
    if not (shutil.which("ssh") and Path(SSHD).exists()):
        return []
    os.environ["ECPD_CONSOLES"] = "1000"
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
            keys = [asyncssh.generate_private_key("ssh-ed25519") for _ in range(_TYPING if quick else _MANY)]
            keys[0].write_private_key(str(folder / "key"))
            keys[0].write_public_key(str(folder / "key.pub"))
            (folder / "key").chmod(0o600)
            for name in ("ours", "theirs"):
                (folder / name).mkdir()
            ecpd = stack.enter_context(ours(folder / "ours" / "data", keys, None, []))
            peer = stack.enter_context(sshd(folder / "theirs", folder / "key.pub", None, []))
            connecting = _connecting(ecpd, peer, folder, folder / "key", 5 if quick else 15)
            times, counts = (5, (1, _TYPING)) if quick else (40, (1, _TYPING, _MANY))
            rows = tuple(asyncio.run(_typed(ecpd, keys, count, times if count > 1 else times * 5)) for count in counts)
            idle = asyncio.run(_idle(ecpd, keys, 5 if quick else 30))
    finally:
        del os.environ["ECPD_CONSOLES"]
    return [
        connecting,
        Table(
            "Console over SSH: key to repaint, and memory",
            ("work", "median", "p95", "bytes a key", "own memory of a session", "sessions per GiB"),
            rows,
            "Goals: p95 at most 25 ms for one session, 150 ms for 20; at least 45 sessions per GiB, better 60; nothing "
            "sent while idle. From the key to the first bytes of the repaint, to the next field of the sign-in form "
            f"and back, each five times a second, asyncssh's client on the same cores. {idle}",
        ),
    ]


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
