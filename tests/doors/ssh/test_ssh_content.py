"""Content rules over SFTP: refused at CLOSE and RENAME, said in the status and in a file, whatever came before."""

from __future__ import annotations

from datetime import timedelta

import asyncssh
import pytest

from tests.sftp_world import SftpWorld

NAME = "LOP_01234_20220520.csv"
DROP, RECEIPTS = "/01234/LOP/submit", "/01234/LOP/receipts"
RIGHT = b"account,series,long,short\nA1,HSI2205,120,0\n"
WRONG = RIGHT + b"A2,,x,0\n"
BCAN = "/09999/BCAN/submit/BCAN_09999_20220520.csv"
CLIENTS = b"bcan,cid_type,country,cid,name,effective\n1,1,HKG,A1(2),Chan,2022-05-20\nTRL,1\n"


async def put(sftp: asyncssh.SFTPClient, path: str, data: bytes) -> None:
    async with sftp.open(path, "wb") as file:
        await file.write(data)


async def test_a_wrong_content_is_refused_at_close_and_rename_with_all_findings_beside(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        await put(sftp, f"{DROP}/{NAME}", RIGHT)
        with pytest.raises(asyncssh.SFTPFailure, match=r"^4514 .*Row 3, column 2 \(series\): empty.* 1 more finding"):
            await put(sftp, f"{DROP}/{NAME}", WRONG)
        await put(sftp, f"{DROP}/{NAME}.filepart", WRONG)
        with pytest.raises(asyncssh.SFTPFailure, match=r"^4514 "):
            await sftp.posix_rename(f"{DROP}/{NAME}.filepart", f"{DROP}/{NAME}")
        async with sftp.open(f"{RECEIPTS}/{NAME}.refused.txt", "r") as file:
            text = str(await file.read())
    assert 'Row 3, column 3 (long): "x", expected a whole number\n' in text
    assert [one.state for one in sftp_world.activities()] == ["refused", "refused", "accepted"]
    assert sftp_world.staging == []


async def test_a_put_that_was_stopped_half_way_is_caught_by_its_trailer(sftp_world: SftpWorld) -> None:
    """OpenSSH's sftp sends a real CLOSE on Ctrl-C."""
    sftp_world.world.clock.at -= timedelta(hours=4)
    async with sftp_world.client("TAI09") as sftp:
        with pytest.raises(asyncssh.SFTPFailure, match=r"^4514 .*TRL"):
            await put(sftp, BCAN, CLIENTS[:60])
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await sftp.stat(BCAN)
        await put(sftp, BCAN, CLIENTS)
        assert (await sftp.stat(BCAN)).size == len(CLIENTS)


async def test_a_companion_is_taken_empty_after_its_file_and_in_its_folder_alone(sftp_world: SftpWorld) -> None:
    sftp_world.world.clock.at -= timedelta(hours=4)
    async with sftp_world.client("TAI09") as sftp:
        with pytest.raises(asyncssh.SFTPFailure, match=r"^4514 .*Submit BCAN_09999_20220520.csv first"):
            await put(sftp, f"{BCAN}.ok", b"")
        await put(sftp, BCAN, CLIENTS)
        with pytest.raises(asyncssh.SFTPFailure, match=r"^4514 "):
            await put(sftp, f"{BCAN}.ok", b"done")
        await put(sftp, f"{BCAN}.ok", b"")
        assert (await sftp.stat(f"{BCAN}.ok")).size == 0
        assert f"{BCAN.rpartition('/')[2]}.ok.receipt" in await sftp.listdir("/09999/BCAN/receipts")
    async with sftp_world.client() as sftp:
        with pytest.raises(asyncssh.SFTPFailure, match=r"^4505 "):
            await put(sftp, f"{DROP}/{NAME}.ok", b"")


async def test_what_wants_an_explanation_is_accepted_and_told_beside_its_receipt(sftp_world: SftpWorld) -> None:
    large, beside = RIGHT + b"A2,HSI2205,250000,0\n", f"{RECEIPTS}/{NAME}.findings.txt"
    async with sftp_world.client() as sftp:
        await put(sftp, f"{DROP}/{NAME}", large)
        assert {f"{NAME}.receipt", f"{NAME}.findings.txt"} <= set(await sftp.listdir(RECEIPTS))
        async with sftp.open(beside, "r") as file:
            text = str(await file.read())
        with pytest.raises(asyncssh.SFTPError):
            await sftp.remove(beside)
        [accepted] = sftp_world.activities()
        assert text.splitlines()[6] == 'Row 3, column 3 (long): "250000", expected 0 to 100,000'
        assert f'ecp explain {accepted.log_index} "' in text
        world = sftp_world.world
        world.services.explaining.explain(world.actor("CHAN01"), accepted.log_index, "The new fund")
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await sftp.stat(beside)
        await put(sftp, f"{DROP}/{NAME}", RIGHT)
        assert f"{NAME}.findings.txt" not in await sftp.listdir(RECEIPTS)
