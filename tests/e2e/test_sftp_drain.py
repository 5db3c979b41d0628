"""SIGTERM amid transfers to a real ecpd: what is under way ends, nothing new begins, nothing is accepted by halves."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.sftp_world import SUBMIT

GRACE = 10


@dataclass(frozen=True, slots=True)
class Served:
    """The demo's world, served by a process of its own."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]

    def named(self, pattern: str) -> str:
        """A name that is right today."""
        return max(path.name for path in Path(self.ready["samples"]).glob(pattern))

    def connected(self) -> Any:
        (key,) = (one["ssh_key"] for one in self.ready["accounts"] if one["login_id"] == "CHAN01")
        where = self.ready["ssh"]["host"], self.ready["ssh"]["port"]
        return asyncssh.connect(*where, username="CHAN01", client_keys=[key], known_hosts=None, config=None)

    def accepted(self, name: str) -> list[int]:
        """The sizes of what was accepted under this name, oldest first."""
        asked = "SELECT size FROM activity WHERE act = 'accepted' AND file_name = ? ORDER BY log_index"
        with sqlite3.connect(Path(self.ready["data_dir"]) / "ecp.db") as database:
            return [size for (size,) in database.execute(asked, (name,))]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def ended(self, seconds: float) -> int:
        return await asyncio.to_thread(self.process.wait, seconds)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    command = [sys.executable, "-m", "backend", "demo", "--json", "--data-dir", str(tmp_path / "world")]
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield Served(process, json.loads(process.stdout.readline()))
        process.kill()


async def test_uploads_under_way_end_and_nothing_else_begins(served: Served) -> None:
    direct, by_rename = served.named("LOP_01234_*.csv"), served.named("SD1_01234_*.csv")
    lop = SUBMIT.replace("SD-1", "LOP")
    before = served.accepted(direct), served.accepted(by_rename)
    data = (
        (Path(served.ready["samples"]) / direct).read_bytes(),
        (Path(served.ready["samples"]) / by_rename).read_bytes(),
    )
    async with served.connected() as connection, connection.start_sftp_client() as sftp:
        file = await sftp.open(f"{lop}/{direct}", "wb")
        await file.write(data[0][:1])
        draft = await sftp.open(f"{SUBMIT}/{by_rename}.filepart", "wb")
        await draft.write(data[1] + b"\n")
        served.stop()
        await asyncio.sleep(0.3)
        with pytest.raises(OSError):
            await served.connected()
        with pytest.raises(asyncssh.SFTPNoConnection, match=r"^9003 "):
            await sftp.open(f"{SUBMIT}/{by_rename}", "wb")
        await file.write(data[0][1:])
        await file.close()
        await draft.close()
        await asyncio.sleep(0.2)
        await sftp.rename(f"{SUBMIT}/{by_rename}.filepart", f"{SUBMIT}/{by_rename}")
        async with asyncio.timeout(GRACE):
            await connection.wait_closed()
    assert await served.ended(GRACE) == 0
    assert served.accepted(direct) == [*before[0], len(data[0])]
    assert served.accepted(by_rename) == [*before[1], len(data[1]) + 1]


@pytest.mark.slow
async def test_an_upload_that_does_not_end_is_cut_after_the_grace_and_not_accepted(served: Served) -> None:
    name = served.named("SD1_01234_*.csv")
    before = served.accepted(name)
    async with served.connected() as connection, connection.start_sftp_client() as sftp:
        file = await sftp.open(f"{SUBMIT}/{name}", "wb")
        await file.write(b"half of it")
        served.stop()
        async with asyncio.timeout(2 * GRACE):
            await connection.wait_closed()
    assert await served.ended(GRACE) == 0
    assert served.accepted(name) == before
