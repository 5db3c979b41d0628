"""The catalogue changes under open SFTP sessions: a folder comes without a restart, and goes within a second."""

from __future__ import annotations

import asyncio
from time import monotonic

import asyncssh
import pytest

from tests.cataloguing import Pair
from tests.publishing import publish
from tests.sftp_world import SUBMIT, TODAY, SftpWorld

NEW = """\
title = "New Return"
direction = "submission"
functions = ["EU_SD1"]
channels = ["console", "http", "sftp"]
user_types = ["SEHK"]
input_date_meaning = "trade date"
patterns = ["NEW_{identity}_{date:YYYYMMDD}.csv"]
"""


async def applied(pair: Pair, old: str, new: str, folder: str = "SD-1") -> None:
    await asyncio.to_thread(pair.change, old, new, folder)


async def gone(sftp: asyncssh.SFTPClient, path: str) -> float:
    """Seconds until the folder answers like one that does not exist."""
    began = monotonic()
    while monotonic() - began < 5:
        try:
            await sftp.listdir(path)
        except asyncssh.SFTPNoSuchFile:
            return monotonic() - began
        await asyncio.sleep(0.02)
    raise AssertionError(f"{path} is still there")


async def test_a_new_folder_is_there_in_a_session_that_was_open_before(sftp_world: SftpWorld) -> None:
    pair = Pair(sftp_world.world)
    async with sftp_world.client() as sftp:
        assert "NEW-1" not in await sftp.listdir("/01234")
        await asyncio.to_thread(lambda: pair.approve(pair.propose(NEW, "NEW-1")))
        assert "NEW-1" in await sftp.listdir("/01234")
        async with sftp.open("/01234/NEW-1/submit/NEW_01234_20220520.csv", "wb") as file:
            await file.write(b"1\n")
    assert sftp_world.activities()[0].folder == "NEW-1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (', "sftp"]', "]"),
        ('user_types = ["SEHK"]', 'user_types = ["GCP"]'),
    ],
)
async def test_a_folder_taken_away_is_gone_within_a_second_and_an_upload_under_way_is_not_accepted(
    sftp_world: SftpWorld, old: str, new: str
) -> None:
    pair = Pair(sftp_world.world)
    async with sftp_world.client() as sftp:
        file = await sftp.open(f"{SUBMIT}/{TODAY}", "wb")
        await file.write(b"1\n")
        await applied(pair, old, new)
        assert await gone(sftp, SUBMIT) < 1
        with pytest.raises((asyncssh.SFTPError, asyncssh.DisconnectError)):
            await file.close()
    assert all(one.state != "accepted" for one in sftp_world.activities())


async def test_a_download_under_way_stops_once_its_folder_is_taken_away(sftp_world: SftpWorld) -> None:
    pair, world = Pair(sftp_world.world), sftp_world.world
    publish(world, b"x" * 4_000_000)
    name = "/01234/RPT-TRD/download/TRD_01234_20220520.csv"
    async with sftp_world.client() as sftp, sftp.open(name, "rb") as file:
        assert len(await file.read(1000)) == 1000
        await applied(pair, ', "sftp"]', "]", "RPT-TRD")
        began = monotonic()
        with pytest.raises((asyncssh.SFTPError, asyncssh.DisconnectError)):
            while monotonic() - began < 5:
                await file.read(1000, 0)
                await asyncio.sleep(0.02)
        assert monotonic() - began < 1.5
