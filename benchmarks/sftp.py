"""SFTP with OpenSSH's own client: into ecpd, and beside it into sshd's internal-sftp. One honest figure each."""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncssh
from sqlalchemy import insert, select

from backend.adapters.database import tables
from backend.wiring import Platform
from benchmarks.measure import Run, Table, interleaved, process_cpu, ratio
from benchmarks.people import Filer
from benchmarks.served import Served, ecpd, free_port, wait_for
from benchmarks.submissions import today

_SSHD: Final = "/usr/sbin/sshd"
_OPTIONS: Final = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "BatchMode=yes")


def _register(public_key: str, fingerprint: str) -> Callable[[Platform], None]:
    """Gives the first filer the key, from this machine."""

    def prepare(platform: Platform) -> None:
        with platform.store.engine.connect() as connection, connection.begin():
            who = connection.execute(select(tables.accounts.c.id).where(tables.accounts.c.login_id == "FILER000"))
            facts = {"account_id": who.scalar_one()}
            expires = datetime.now(UTC) + timedelta(days=1)
            key = {"fingerprint": fingerprint, "public_key": public_key, "expires": expires}
            connection.execute(insert(tables.sftp_keys).values(**facts, **key))
            connection.execute(insert(tables.sftp_addresses).values(**facts, network="127.0.0.1/32"))

    return prepare


@contextmanager
def _sshd(folder: Path) -> Iterator[int]:
    """sshd with a configuration of its own; gives its port."""
    folder.mkdir(mode=0o700)
    host_key, port = folder / "host_key", free_port()
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(host_key))
    host_key.chmod(0o600)
    settings = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": host_key,
        "AuthorizedKeysFile": folder.parent / "key.pub",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "PermitRootLogin": "yes",
        "Subsystem": "sftp internal-sftp",
    }
    (folder / "config").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    os.makedirs("/run/sshd", exist_ok=True)
    process = subprocess.Popen([_SSHD, "-D", "-e", "-f", str(folder / "config")], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _put(folder: Path, port: int, who: str, batch: str) -> Callable[[], float]:
    file = folder / f"{who}-{secrets.token_hex(4)}.batch"
    file.write_text(batch)
    options = [word for option in _OPTIONS for word in ("-o", option)]
    command = ["sftp", "-q", *options, "-i", str(folder / "key"), "-P", str(port), "-b", str(file), f"{who}@127.0.0.1"]

    def run() -> float:
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

    return run


def measure(quick: bool = False) -> list[Table]:
    times, mib, small = (1, 64, 30) if quick else (5, 1024, 200)
    if not (shutil.which("sftp") and Path(_SSHD).exists()):
        return []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(str(folder / "key"))
        (folder / "key").chmod(0o600)
        key.write_public_key(str(folder / "key.pub"))
        public = key.export_public_key().decode().strip()
        served = stack.enter_context(ecpd(folder / "data", 1, prepare=_register(public, key.get_fingerprint())))
        port = stack.enter_context(_sshd(folder / "sshd"))
        (folder / "theirs").mkdir()
        large = _large(folder, served, port, mib, times)
        many = _many(folder, served, port, small, times)
    cpu = f"{large['ours'].cpu:.1f} s of CPU in ecpd"
    rows = (
        (f"put one file of {mib:,} MiB", *_speeds(large, mib, "MiB/s"), cpu),
        (f"put {small} files of 4 KiB in one session", *_speeds(many, small, "files/s"), f"{many['ours'].cpu:.1f} s"),
    )
    return [
        Table(
            "SFTP by OpenSSH's client",
            ("work", "ecpd", "sshd internal-sftp", "ratio", "server CPU"),
            rows,
            "The backend checks every name, hashes, and makes each file and its receipt durable before it answers the "
            "close; sshd writes into the page cache and makes nothing durable. Tuning against sshd is still to come.",
        )
    ]


def _name(filer: Filer, number: int) -> str:
    """Identity and name of the filer's `number`th file."""
    identity, day = filer.identity_codes[number % 4], today() - timedelta(days=number // 4 % 10)
    return f"/{identity}/SD-1/submit/SD1_{identity}_{day:%Y%m%d}.csv"


def _large(folder: Path, served: Served, port: int, mib: int, times: int) -> dict[str, Run]:
    data = folder / "large"
    data.write_bytes(secrets.token_bytes(mib << 20))

    def ours() -> Run:
        with data.open("r+b") as file:  # other bytes every time: the same ones would only get their receipt again
            file.write(secrets.token_bytes(1 << 10))
        run = _put(folder, served.ssh_port, "FILER000", f"put {data} {_name(served.filers[0], 0)}\n")
        cpu = process_cpu(served.pid)
        return Run(run(), process_cpu(served.pid) - cpu)

    def theirs() -> Run:
        run = _put(folder, port, getpass.getuser(), f"put {data} {folder / 'theirs' / 'large'}\n")
        return Run(run(), 0.0)

    return interleaved({"ours": ours, "peer": theirs}, times)


def _many(folder: Path, served: Served, port: int, count: int, times: int) -> dict[str, Run]:
    def batch(target: Callable[[int], str]) -> str:
        lines = []
        for number in range(count):
            file = folder / f"small-{number}"
            file.write_bytes(secrets.token_bytes(4096))
            lines.append(f"put {file} {target(number)}\n")
        return "".join(lines)

    def ours() -> Run:
        run = _put(folder, served.ssh_port, "FILER000", batch(lambda number: _name(served.filers[0], number)))
        cpu = process_cpu(served.pid)
        return Run(run(), process_cpu(served.pid) - cpu)

    def theirs() -> Run:
        run = _put(folder, port, getpass.getuser(), batch(lambda number: f"{folder / 'theirs'}/{number}"))
        return Run(run(), 0.0)

    return interleaved({"ours": ours, "peer": theirs}, times)


def _speeds(runs: dict[str, Run], work: int, unit: str) -> tuple[str, str, str]:
    ours, peer = work / runs["ours"].wall, work / runs["peer"].wall
    return f"{ours:.0f} {unit}", f"{peer:.0f} {unit}", ratio(ours, peer)


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
