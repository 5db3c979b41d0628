"""A served world that a campaign hurts: started, killed, asked, and looked at afterwards."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncssh

from tests.campaigns import invariant
from tests.campaigns.invariant import Told

ENDED = (asyncssh.DisconnectError, asyncssh.ConnectionLost, asyncssh.ChannelOpenError, OSError)
_AGED = 25 * 3600


class Served:
    """One data folder and whatever serves it now."""

    def __init__(self, zygote: asyncio.subprocess.Process, data_dir: Path, database_url: str = "") -> None:
        self._zygote = zygote
        self._postgres = database_url.replace("+psycopg", "", 1)
        self.data_dir = data_dir
        self.fault_file = data_dir.with_name(f"{data_dir.name}.fault")
        self.told = Told()
        self.kills = 0
        self.pid = 0
        self.ready: dict[str, Any] = {}
        self._made = 0
        self._today = datetime.now(ZoneInfo("Asia/Hong_Kong")).date()

    # ── the process ──────────────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        assert self._zygote.stdin is not None
        self._zygote.stdin.write(b"start\n")
        self.pid = 0
        while not self.pid or not self.ready:
            said = await self._hears()
            self.pid = said.get("pid", self.pid)
            self.ready = said if "ssh" in said else self.ready

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        await self.dead()

    async def dead(self) -> None:
        """Returns once the process is gone."""
        async with asyncio.timeout(20):
            while self.alive:
                await asyncio.sleep(0.005)
        self.ready = {}
        self.fault(None)

    async def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        await self.dead()

    def fault(self, what: str | None) -> None:
        if what is None:
            self.fault_file.unlink(missing_ok=True)
            return
        written = self.fault_file.with_suffix(".new")
        written.write_text(what)
        written.rename(self.fault_file)

    @property
    def alive(self) -> bool:
        """Until its last thread is gone: one that still syncs holds the database's lock."""
        return Path(f"/proc/{self.pid}").exists()

    @property
    def resident(self) -> int:
        """Bytes of memory in use."""
        return int(self._stat("VmRSS").split()[0]) * 1024

    @property
    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def _stat(self, name: str) -> str:
        try:
            lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            return "0"
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(f"{name}:")), "0")

    async def _hears(self) -> dict[str, Any]:
        assert self._zygote.stdout is not None
        async with asyncio.timeout(60):
            line = await self._zygote.stdout.readline()
        assert line, "the server's starter ended"
        heard: dict[str, Any] = json.loads(line)
        return heard

    # ── its clients ──────────────────────────────────────────────────────────────────────────────────────────

    @property
    def port(self) -> int:
        return int(self.ready["ssh"]["port"])

    @asynccontextmanager
    async def connected(self, login_id: str = "CHAN01", **options: Any) -> AsyncIterator[asyncssh.SSHClientConnection]:
        chosen = {"username": login_id, "known_hosts": None, "config": None, "agent_path": None}
        chosen |= {"client_keys": [str(self.data_dir / "demo" / "keys" / login_id)]} | options
        async with asyncssh.connect("127.0.0.1", self.port, **chosen) as connection:
            yield connection

    @asynccontextmanager
    async def client(self, login_id: str = "CHAN01") -> AsyncIterator[asyncssh.SFTPClient]:
        async with self.connected(login_id) as connection, connection.start_sftp_client() as sftp:
            yield sftp

    def path(self, number: int = 0, identity: str = "01234") -> str:
        """A drop box's name for one of ten days: what was there before gets another version."""
        day = self._today - timedelta(days=number % 10)
        return f"/{identity}/SD-1/submit/SD1_{identity}_{day:%Y%m%d}.csv"

    def content(self, size: int = 20_000) -> bytes:
        """Bytes that nobody sent before."""
        self._made += 1
        line = f"{self.data_dir.name},{self._made},{time.time_ns()}\n".encode()
        return (line * (size // len(line) + 1))[:size]

    async def put(self, path: str, data: bytes, login_id: str = "CHAN01", begins: asyncio.Event | None = None) -> bool:
        """Puts a file and keeps what was told: `True` for accepted, `False` for refused or never answered.

        `begins` is set when the first byte is about to go.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            async with asyncio.timeout(20), self.client(login_id) as sftp:
                file = await sftp.open(path, "wb")
                if begins is not None:
                    begins.set()
                await file.write(data, 0)
                await file.close()
                self.told.accepted.append(sha256)
                return True
        except (*ENDED, TimeoutError, asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection):
            if sha256 not in self.told.accepted:
                self.told.unanswered.append(sha256)
        except asyncssh.SFTPError as refused:
            told = refused.reason[:4].isdigit() and refused.reason[:4] != "9003"
            (self.told.refused if told else self.told.unanswered).append(sha256)
        return sha256 in self.told.accepted

    async def another_submits(self) -> None:
        """Another firm's account, unaffected: accepted, and its receipt is what the ledger says."""
        path = self.path(identity="09999")
        data = self.content()
        assert await self.put(path, data, "TAI09"), "somebody else was refused"
        async with self.client("TAI09") as sftp, sftp.open(_receipt(path), "rb") as file:
            receipt: object = await file.read()
        sha256 = hashlib.sha256(data).hexdigest()
        (row,) = (one for one in self.look().accepted if one["sha256"] == sha256)
        assert receipt == invariant.leaf_text(row).encode()

    # ── afterwards ───────────────────────────────────────────────────────────────────────────────────────────

    def look(self) -> invariant.Found:
        return invariant.look(self.data_dir, self.told, self._postgres)

    async def swept(self) -> None:
        """A day later nothing is left that nobody stands on: neither staged bytes nor loose objects."""
        await self.stop()
        found = self.look()
        loose = {*found.loose}
        for path in [*found.staged, *found.loose.values()]:
            os.utime(path, (time.time() - _AGED,) * 2)
        await self.start()
        async with asyncio.timeout(20):
            while (found := self.look()).staged or found.loose:
                await asyncio.sleep(0.05)
        assert {path.name for path in found.aside} >= loose, "what no row stands on is put aside, never deleted"


@asynccontextmanager
async def served(data_dir: Path, database_url: str = "") -> AsyncIterator[Served]:
    """A world that is served; gone with its server at the end."""
    with data_dir.with_name(f"{data_dir.name}.log").open("wb") as log:
        zygote = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.campaigns.faulty", str(data_dir), database_url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    one = Served(zygote, data_dir, database_url)
    try:
        await one.start()
        yield one
    finally:
        if one.pid:
            await one.kill()
        zygote.kill()
        await zygote.wait()


def _receipt(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder.removesuffix('/submit')}/receipts/{name}.receipt"
