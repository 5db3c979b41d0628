"""What an interrupted upload leaves behind: nothing that counts, and for a while what it can go on with."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
from collections.abc import Callable

import asyncssh
import pytest

from tests.sftp_world import SUBMIT, TODAY, YESTERDAY, SftpWorld, installed

LARGE = b"1,2,3,4\n" * (3 << 20)


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


async def putting(sftp_world: SftpWorld, data: bytes) -> asyncio.subprocess.Process:
    """OpenSSH's sftp, slowly on its way with a put."""
    path = sftp_world.file(TODAY, data)
    batch = sftp_world.file("batch", f"put {path} {SUBMIT}/\n".encode())
    where = ["-l", "16000", "-P", str(sftp_world.door.port), "-b", str(batch), "CHAN01@127.0.0.1"]
    process = await asyncio.create_subprocess_exec(
        installed("sftp"),
        *sftp_world.options(),
        *where,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    await until(lambda: any(path.stat().st_size for path in sftp_world.staging))
    return process


async def test_a_client_killed_in_the_middle_submits_nothing_and_goes_on_later(sftp_world: SftpWorld) -> None:
    process = await putting(sftp_world, LARGE)
    os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    await until(lambda: bool(sftp_world.door._desk._drafts))
    assert not sftp_world.activities()
    kept = sftp_world.staging[0].stat().st_size
    listed = await sftp_world.sftp(f"ls -l {SUBMIT}")
    assert 0 < kept < len(LARGE) and f" {kept} " in listed.said and TODAY in listed.said
    path = sftp_world.file(TODAY, LARGE)
    assert (await sftp_world.sftp(f"reput {path} {SUBMIT}/")).code == 0
    (stands,) = sftp_world.activities()
    assert (stands.state, stands.sha256) == ("accepted", hashlib.sha256(LARGE).hexdigest()) and not sftp_world.staging


async def test_a_client_killed_in_the_middle_leaves_the_version_before(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, b"1,2\n")
    assert (await sftp_world.sftp(f"put {path} {SUBMIT}/")).code == 0
    process = await putting(sftp_world, LARGE)
    os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    await until(lambda: not sftp_world.staging)
    assert [(one.state, one.size) for one in sftp_world.activities()] == [("accepted", 4)]


async def test_a_connection_that_drops_after_the_last_byte_submits_nothing(sftp_world: SftpWorld) -> None:
    async with sftp_world.connected() as connection:
        sftp = await connection.start_sftp_client()
        file = await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
        await file.write(b"1,2\n")
        connection.abort()
    await until(lambda: not sftp_world.staging)
    assert not sftp_world.activities()


async def test_an_end_of_the_channel_without_close_submits_nothing(sftp_world: SftpWorld) -> None:
    async with sftp_world.connected() as connection:
        sftp = await connection.start_sftp_client()
        file = await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
        await file.write(b"1,2\n")
        sftp.exit()
        await sftp.wait_closed()
        await until(lambda: not sftp_world.staging)
    assert not sftp_world.activities()


async def test_suspending_the_account_ends_its_connection_and_upload(sftp_world: SftpWorld) -> None:
    services = sftp_world.world.services
    async with sftp_world.connected() as connection, sftp_world.connected("TAI09") as other:
        sftp = await connection.start_sftp_client()
        file = await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
        await file.write(b"1,2\n")
        await asyncio.to_thread(services.access.suspend, sftp_world.actor("WONGDA1"), "CHAN01")
        await asyncio.wait_for(connection.wait_closed(), 10)
        assert not other.is_closed()
    await until(lambda: not sftp_world.staging)
    assert not sftp_world.activities()
    try:
        async with sftp_world.connected():
            raise AssertionError("a suspended account signed in")
    except asyncssh.PermissionDenied:
        pass


async def test_closing_the_door_lets_an_upload_under_way_end_and_takes_nothing_new(sftp_world: SftpWorld) -> None:
    async with sftp_world.connected() as connection:
        sftp = await connection.start_sftp_client()
        file = await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
        await file.write(b"1,2\n")
        closing = asyncio.create_task(sftp_world.door.close(grace=5))
        await asyncio.sleep(0.1)
        assert not closing.done()
        with pytest.raises(asyncssh.SFTPNoConnection) as refused:
            await sftp.open(f"{SUBMIT}/{YESTERDAY}", "wb")
        assert refused.value.reason.startswith("9003 ")
        await file.close()
        await closing
    assert sftp_world.activities()[0].state == "accepted"


async def test_ctrl_c_in_openssh_is_a_real_close_and_the_receipt_shows_how_much_came(sftp_world: SftpWorld) -> None:
    """OpenSSH closes the file properly when interrupted: only a rule of the folder could tell that it is short."""
    process = await putting(sftp_world, LARGE)
    os.killpg(process.pid, signal.SIGINT)
    await until(lambda: bool(sftp_world.activities()))
    await process.wait()
    found = sftp_world.activities()[0]
    assert found.state == "accepted" and 0 < (found.size or 0) < len(LARGE)
