"""What an interrupted upload leaves behind: nothing that counts, and for a while what it can go on with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import asyncssh
import pytest

from tests.sftp_world import SUBMIT, TODAY, YESTERDAY, SftpWorld


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


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
