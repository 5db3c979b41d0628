"""Files that go out: a participant's downloads, and the operator's rooms to publish and to collect."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from struct import pack

import asyncssh
import pytest

from backend.contract.messages import ActivityFilter
from backend.doors.ssh.submitting import Open
from backend.doors.ssh.wire import Op, Status
from tests.doors.ssh.raw import raw_sftp, string
from tests.sftp_world import SUBMIT, TODAY, YESTERDAY, SftpWorld, identities_in

DOWNLOAD = "/01234/RPT-TRD/download"
PUBLISH = "/publish/RPT-TRD/01234"
TO_ALL = "/publish/RPT-CLP/ALL"
COLLECT = "/collect/SD-1/01234/2022-05-20"
NAME = "TRD_01234_20220520.csv"
DATA = b"".join(b"%08d,%08d\r\n" % (line, line * 7) for line in range(250_000))


async def put(sftp: asyncssh.SFTPClient, path: str, data: bytes) -> None:
    async with sftp.open(path, "wb") as file:
        await file.write(data)


async def bytes_of(sftp: asyncssh.SFTPClient, path: str) -> bytes:
    async with sftp.open(path, "rb") as file:
        data: str | bytes = await file.read()
    assert isinstance(data, bytes)
    return data


def said(sftp_world: SftpWorld, folder: str) -> list[tuple[str, str | None]]:
    page = sftp_world.world.services.activity.page(sftp_world.actor("OPER01"), ActivityFilter(folder=folder), None, 100)
    return [(one.act, one.login_id) for one in page.items]


async def test_a_file_is_published_by_sftp_and_fetched_by_sftp(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(NAME, DATA)
    assert (await sftp_world.sftp(f"put {path} {PUBLISH}/", f"ls -l {PUBLISH}", login_id="OPER01")).code == 0
    got = sftp_world.folder / "got"
    got.write_bytes(DATA[:1_000_001])
    ran = await sftp_world.sftp(f"ls -l {DOWNLOAD}", f"reget {DOWNLOAD}/{NAME} {got}")
    assert ran.code == 0 and f" {len(DATA)} " in ran.said and got.read_bytes() == DATA
    assert said(sftp_world, "RPT-TRD")[:2] == [("fetched", "CHAN01"), ("published", "OPER01")]
    async with sftp_world.client() as sftp, sftp_world.client("OPER01") as operator:
        assert (await sftp.stat(f"{DOWNLOAD}/{NAME}")).size == len(DATA)
        await put(operator, f"{PUBLISH}/.in.{NAME}.", b"corrected")
        assert await bytes_of(sftp, f"{DOWNLOAD}/{NAME}") == DATA, "a temporary name publishes nothing"
        await operator.posix_rename(f"{PUBLISH}/.in.{NAME}.", f"{PUBLISH}/{NAME}")
        assert await bytes_of(sftp, f"{DOWNLOAD}/{NAME}") == b"corrected"
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await operator.open(f"{PUBLISH}/{NAME}", "rb")
        with pytest.raises(asyncssh.SFTPFailure) as refused:
            await operator.open(f"{PUBLISH}/TRD_01235_20220520.csv", "wb")
        assert refused.value.reason.startswith("4505 ")
        for attempt in (sftp.remove(f"{DOWNLOAD}/{NAME}"), sftp.open(f"{DOWNLOAD}/{NAME}", "wb")):
            with pytest.raises(asyncssh.SFTPPermissionDenied):
                await attempt
        await operator.remove(f"{PUBLISH}/{NAME}")
        assert not await sftp.exists(f"{DOWNLOAD}/{NAME}") and await sftp.listdir(DOWNLOAD) == []
    assert said(sftp_world, "RPT-TRD")[0] == ("withdrawn", "OPER01")


async def test_one_put_publishes_to_everybody_and_one_rm_takes_it_back(sftp_world: SftpWorld) -> None:
    name, data = "CLP_20220520.csv", b"stock,close\r\n5,400\r\n"
    path = sftp_world.file(name, data)
    ran = await sftp_world.sftp(f"put {path} {TO_ALL}/", f"ls -l {TO_ALL}", "ls /publish/RPT-CLP", login_id="OPER01")
    assert ran.code == 0 and f" {len(data)} " in ran.said
    for room in ("ALL", "TYPE-SEHK", "TYPE-GCP", "COMPANY-ACME", "COMPANY-TAIMAN", "01234", "HBR02"):
        assert room in ran.said
    got = sftp_world.folder / "got"
    assert (await sftp_world.sftp(f"get /01235/RPT-CLP/download/{name} {got}")).code == 0 and got.read_bytes() == data
    async with sftp_world.client() as sftp, sftp_world.client("OPER01") as operator:
        mine, theirs = "/01234/RPT-CLP/download", "/publish/RPT-CLP/COMPANY-TAIMAN"
        assert await operator.listdir(theirs) == [], "a folder shows what was published to just these"
        assert (await operator.stat(f"/publish/RPT-CLP/09999/{name}")).size == len(data)
        await put(operator, f"{TO_ALL}/{name}.filepart", b"corrected")
        assert await bytes_of(sftp, f"{mine}/{name}") == data, "a temporary name publishes nothing"
        await operator.remove(f"{TO_ALL}/{name}")
        await operator.rename(f"{TO_ALL}/{name}.filepart", f"{TO_ALL}/{name}")
        assert await bytes_of(sftp, f"{mine}/{name}") == b"corrected", "WinSCP removes before it renames"
        await put(operator, f"{TO_ALL}/{name}", b"once more")
        assert await bytes_of(sftp, f"{mine}/{name}") == b"once more" and await operator.listdir(TO_ALL) == [name]
        await put(operator, f"{theirs}/{name}", b"once more")
        assert (await operator.stat(f"{theirs}/{name}")).size == 9, "the same bytes are there for whoever looks"
        assert await operator.listdir(theirs) == [name]
        with pytest.raises(asyncssh.SFTPFailure) as refused:
            await operator.open(f"/publish/RPT-TRD/ALL/{NAME}", "wb")
        assert refused.value.reason.startswith("4505 ") and "01235, 09999" in refused.value.reason
        for nowhere in ("/publish/RPT-CLP/COMPANY-NONE", "/publish/RPT-CLP/TYPE-NONE", "/publish/RPT-CLP/all"):
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await operator.stat(nowhere)
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await operator.open(f"{nowhere}/{name}", "wb")
        for attempt in (operator.mkdir("/publish/RPT-CLP/COMPANY-NEW"), operator.rmdir(TO_ALL)):
            with pytest.raises(asyncssh.SFTPPermissionDenied):
                await attempt
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await operator.open(f"{TO_ALL}/{name}", "rb")
        await operator.remove(f"{TO_ALL}/{name}")
        assert await operator.listdir(TO_ALL) == await operator.listdir(theirs) == []
        assert not await sftp.exists(f"{mine}/{name}")
    page = sftp_world.world.services.activity.page(
        sftp_world.actor("CHAN01"), ActivityFilter(folder="RPT-CLP"), None, 9
    )
    assert "by SFTP" in [one.reason for one in page.items if one.act == "withdrawn"]


async def test_an_operator_collects_what_was_submitted_and_that_is_logged_at_the_open(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp, sftp_world.client("OPER01") as operator:
        await put(sftp, f"{SUBMIT}/{TODAY}", b"1,2\n")
        assert identities_in(await operator.listdir("/")) == ["collect", "publish"]
        for path, names in (
            ("/collect", {"SD-1"}),
            ("/collect/SD-1", {"01234"}),
            ("/collect/SD-1/01234", {"2022-05-20"}),
            (COLLECT, {TODAY}),
        ):
            assert names <= set(await operator.listdir(path)) and await operator.isdir(path), path
        assert (await operator.stat(f"{COLLECT}/{TODAY}")).size == 4
        assert [act for act, _ in said(sftp_world, "SD-1")] == ["accepted"], "looking is not collecting"
        async with operator.open(f"{COLLECT}/{TODAY}", "rb"):
            assert said(sftp_world, "SD-1")[0] == ("collected", "OPER01"), "before the first byte"
        assert await bytes_of(operator, f"{COLLECT}/{TODAY}") == b"1,2\n"
        assert (await sftp.stat(f"{SUBMIT}/{TODAY}")).size == 4, "there as before for who submitted it"
        for path in (
            "/collect/SD-1/99999",
            "/collect/SD-1/01234/20220520",
            "/collect/SD-1/01234/2022-05-19",
            f"{COLLECT}/{YESTERDAY}",
            "/collect/RPT-TRD",
            f"{COLLECT}/{TODAY}/x",
            "/publish/SD-1",
            "/publish/RPT-TRD/99999",
            f"{PUBLISH}/{NAME}",
        ):
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await operator.stat(path)
        changes = (operator.remove(f"{COLLECT}/{TODAY}"), operator.open(f"{COLLECT}/{TODAY}", "wb"))
        for attempt in (*changes, operator.rename(f"{COLLECT}/{TODAY}", f"{PUBLISH}/{NAME}")):
            with pytest.raises((asyncssh.SFTPPermissionDenied, asyncssh.SFTPNoSuchFile)):
                await attempt


async def test_a_participant_finds_none_of_the_operators_rooms(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp, sftp_world.client("OPER01") as operator:
        await put(operator, f"{PUBLISH}/{NAME}", b"x")
        for path in ("/collect", "/publish", COLLECT, PUBLISH, f"{PUBLISH}/{NAME}", "/09999/RPT-TRD/download"):
            with pytest.raises((asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied)):
                await sftp.listdir(path)
            with pytest.raises((asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied)):
                await sftp.stat(path)
        for how in ("rb", "wb"):
            with pytest.raises((asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied)):
                await sftp.open(f"{PUBLISH}/{NAME}", how)
        with pytest.raises((asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied)):
            await sftp.remove(f"{PUBLISH}/{NAME}")
    assert said(sftp_world, "RPT-TRD")[0] == ("published", "OPER01")


async def test_pieces_are_read_in_any_order_through_several_handles(sftp_world: SftpWorld) -> None:
    async with sftp_world.client("OPER01") as operator:
        await put(operator, f"{PUBLISH}/{NAME}", DATA)
    sftp_world.door._desk.read_ahead._most_of_account = 1
    async with raw_sftp(sftp_world) as raw:
        handles = [await raw.open(f"{DOWNLOAD}/{NAME}", Open.READ) for _ in range(3)]
        forward = [(at, 32_768) for at in range(0, len(DATA), 32_768)]
        swapped = [one for pair in zip(forward[1::2], forward[::2], strict=False) for one in pair]
        for handle, pieces in zip(handles, (forward, swapped, forward[::-1][:40]), strict=True):
            asked = {raw.send(Op.READ, handle + pack(">QI", *piece)): piece for piece in pieces}
            for _ in asked:
                kind, number, body = await raw.receive()
                at, length = asked[number]
                assert kind == Op.DATA and body[4:] == DATA[at : at + length]
        for at in (len(DATA), len(DATA) + 1, 2**63, 2**64 - 1):
            assert (await raw.status(Op.READ, handles[0] + pack(">QI", at, 10)))[0] == Status.EOF
        kind, body = await raw.ask(Op.READ, handles[0] + pack(">QI", len(DATA) - 3, 2**32 - 1))
        assert kind == Op.DATA and body[4:] == DATA[-3:]
        assert (await raw.status(Op.WRITE, handles[0] + pack(">Q", 0) + string(b"x")))[0] != Status.OK
        for handle in handles:
            assert (await raw.status(Op.CLOSE, handle))[0] == Status.OK
    assert len(sftp_world.door._desk.read_ahead) == 0


async def test_whoever_loses_the_folder_amid_a_download_reads_no_further(sftp_world: SftpWorld) -> None:
    async with sftp_world.client("OPER01") as operator:
        await put(operator, f"{PUBLISH}/{NAME}", DATA)
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(f"{DOWNLOAD}/{NAME}", Open.READ)
        assert (await raw.ask(Op.READ, handle + pack(">QI", 0, 1000)))[0] == Op.DATA
        (visit,) = sftp_world.door._visits
        visit.still(replace(visit.actor))
        assert (await raw.ask(Op.READ, handle + pack(">QI", 1000, 1000)))[0] == Op.DATA, "found again, and let"
        visit.still(replace(visit.actor, account=replace(visit.actor.account, sftp_folders=("SD-1",))))
        for _ in range(2):
            code, told = await raw.status(Op.READ, handle + pack(">QI", 2000, 1000))
            assert code != Status.OK and told[:4] in {"2001", "4501"}, told
        assert (await raw.status(Op.CLOSE, handle))[0] == Status.OK


async def test_a_connection_that_goes_while_reading_lets_go_of_everything(sftp_world: SftpWorld) -> None:
    async with sftp_world.client("OPER01") as operator:
        await put(operator, f"{PUBLISH}/{NAME}", DATA)
    async with sftp_world.connected() as connection:
        sftp = await connection.start_sftp_client()
        file = await sftp.open(f"{DOWNLOAD}/{NAME}", "rb")
        data: str | bytes = await file.read(100_000)
        assert data == DATA[:100_000]
        connection.abort()
    readings = sftp_world.world.services.downloads._handing_out._readings
    async with asyncio.timeout(5):
        while len(readings) or len(sftp_world.door._desk.read_ahead):
            await asyncio.sleep(0.02)
