"""A folder of a hundred thousand names, and a key that is taken away while it uploads."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
import time
from base64 import b32decode
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import asyncssh
import pytest

from backend.adapters.one_time_codes import code, step_at
from ecp_tui.client import EcpClient
from tests.campaigns import figures, invariant
from tests.campaigns.invariant import Told
from tests.campaigns.served import ENDED, Served, served

pytestmark = [pytest.mark.slow, pytest.mark.campaign]
NAMES = 100_000
_MORE_MEMORY = 96 << 20


def _seed(data_dir: Path) -> None:
    """As many acceptances as names, each with its bytes, its leaf and its place in the log."""
    with closing(sqlite3.connect(data_dir / "ecp.db")) as database, database:
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute("SELECT * FROM activity ORDER BY log_index")]
        model = next(row for row in reversed(rows) if row["act"] == "accepted" and row["identity_code"] == "01234")
        leaves, bytes_of = [invariant.leaf(row) for row in rows], _object(data_dir, model["object_key"])
        names = ", ".join(model)
        marks = ", ".join(f":{name}" for name in model)
        for number in range(NAMES):
            key = hashlib.sha256(str(number).encode()).hexdigest()[:32]
            own = {"log_index": len(leaves), "file_name": f"SEEDED_{number:06d}.csv", "object_key": key}
            own |= dict.fromkeys(("details", "signed_by", "signature"))  # as from before receipts were signed
            own |= {"version": 1, "supersedes": None, "superseded_by": None, "submission": key, "folder": "SD-1"}
            row = model | own
            _object(data_dir, key).parent.mkdir(exist_ok=True)
            os.symlink(bytes_of, _object(data_dir, key))
            leaves.append(invariant.leaf(row))
            row["leaf_hash"] = leaves[-1]
            database.execute(f"INSERT INTO activity ({names}) VALUES ({marks})", row)  # noqa: S608 - its own columns
        database.executemany("INSERT OR IGNORE INTO log_nodes VALUES (?, ?, ?)", invariant.subtrees(leaves))
        head = (len(leaves), invariant.frontier(leaves))
        database.execute("UPDATE log_head SET size = ?, frontier = ?", head)


def _object(data_dir: Path, key: str) -> Path:
    return data_dir / "vault" / key[:2] / key


async def _revoke(world: Served, fingerprint: str) -> None:
    """By an administrator of the same firm, over HTTP."""
    who = next(one for one in world.ready["accounts"] if one["login_id"] == "LEEDA2")
    client = EcpClient(world.ready["http"])
    try:
        begun = await client.begin_sign_in()
        otp = code(b32decode(who["otp_secret"]), step_at(datetime.now(UTC)))
        ticket = await client.sign_in(begun.transaction, "LEEDA2", who["password"], otp)
        await client.open_session(ticket.ticket)
        await client.revoke_key(fingerprint)
    finally:
        await client.close()


@pytest.mark.timeout(600)
async def test_a_hundred_thousand_names_are_listed_and_cost_no_memory(tmp_path: Path) -> None:
    started = time.monotonic()
    async with served(tmp_path / "world") as world:
        assert await world.put(world.path(), world.content())
        await world.stop()
        await asyncio.to_thread(_seed, world.data_dir)
        world.told = Told()  # the seeded names all have the same bytes
        await world.start()
        assert await world.put(world.path(1), world.content())
        before = world.resident
        async with world.client() as sftp:
            listed = asyncio.create_task(sftp.listdir("/01234/SD-1/submit"))
            assert await world.put(world.path(identity="09999"), world.content(), "TAI09")
            async with asyncio.timeout(120):
                names = await listed
        assert len([name for name in names if str(name).startswith("SEEDED_")]) == NAMES
        assert world.resident < before + _MORE_MEMORY, f"{world.resident - before} bytes more"
        world.look()
        figures.add("names listed in one folder", NAMES, [world.told], started)


@pytest.mark.timeout(120)
async def test_a_key_revoked_during_an_upload_submits_nothing(tmp_path: Path) -> None:
    started = time.monotonic()
    async with served(tmp_path / "world") as world:
        key = asyncssh.read_private_key(str(world.data_dir / "demo" / "keys" / "CHAN01"))
        data = world.content(1_000_000)
        async with world.client() as sftp:
            file = await sftp.open(world.path(), "wb")
            await file.write(data[:-1])
            await _revoke(world, key.get_fingerprint())
            with pytest.raises((asyncssh.SFTPError, *ENDED)):
                while True:
                    await file.write(b"x", len(data))
                    await asyncio.sleep(0.05)
        world.told.refused.append(hashlib.sha256(data[:-1]).hexdigest())
        with pytest.raises(asyncssh.PermissionDenied):
            async with world.connected():
                pass
        await world.another_submits()
        await world.swept()
        figures.add("key revoked during an upload", 1, [world.told], started)
