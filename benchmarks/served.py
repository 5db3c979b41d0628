"""The real `ecpd serve`, and its bare peer, as programs of their own on free ports of this machine."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.core.catalogue import Catalogue
from backend.settings import Settings
from backend.wiring import Platform, initialise, open_platform
from benchmarks.people import Filer, add_filers

_READY: Final = re.compile(r"http://([\d.]+):(\d+)(?: and sftp[^:]* on ([\d.]+):(\d+))?")
_GOODBYE_SECONDS: Final = 20
_PATIENCE_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its process and its ports; `ssh_port` is 0 where it has none."""

    pid: int
    port: int
    ssh_port: int
    data_dir: Path
    filers: list[Filer]


@contextmanager
def ecpd(
    data_dir: Path,
    filers: int = 16,
    database_url: str = "",
    prepare: Callable[[Platform], None] | None = None,
    catalogue: Catalogue | None = None,
    program: str = "backend",
) -> Iterator[Served]:
    """`ecpd serve` on a fresh data folder with so many filers; `prepare` may put more into it before it starts.

    Another `program` may stand in its place.
    """
    settings = Settings(data_dir=data_dir, database_url=database_url)
    initialise(settings, catalogue)
    platform = open_platform(settings)
    try:
        people = add_filers(platform, filers)
        if prepare is not None:
            prepare(platform)
    finally:
        platform.close()
    command = [sys.executable, "-m", program, "serve", "--data-dir", str(data_dir), "--http-port", "0"]
    environ = {"ECPD_EVERY_DAY_TRADES": "true", "ECPD_TRUSTED_PROXY": "127.0.0.1", "ECPD_DATABASE_URL": database_url}
    with _running([*command, "--ssh-port", "0"], environ) as (process, (_, port, _, ssh_port)):
        yield Served(process.pid, int(port), int(ssh_port), data_dir, people)


@contextmanager
def bare_app(folder: Path) -> Iterator[Served]:
    """FastAPI and uvicorn as they come, storing each body with one fsync and nothing else."""
    folder.mkdir(parents=True)
    port = free_port()
    with _running([sys.executable, "-m", "benchmarks.bare_app", str(folder), str(port)], {}) as (process, _):
        yield Served(process.pid, port, 0, folder, [])


@contextmanager
def _running(command: list[str], environ: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], tuple[str, ...]]]:
    given = {name: value for name, value in environ.items() if value}
    process = subprocess.Popen(
        command, env={**os.environ, **given}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        ready = _READY.search(process.stdout.readline())
        assert ready is not None, f"{command} did not start"
        yield process, ready.groups()
    finally:
        process.terminate()
        process.wait(_GOODBYE_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
