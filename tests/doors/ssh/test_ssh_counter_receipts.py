"""What operators did with a submission, by SFTP: as files beside the receipts, for whoever files by machine."""

from __future__ import annotations

from datetime import date
from typing import cast

import asyncssh
import pytest

from tests.inbox import WHY
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, SftpWorld, told_in

FRIDAY = date(2022, 5, 20)
HOSTILE = "see ../../etc/passwd\\n[/] “quoted” 陳大文"


async def put(sftp: asyncssh.SFTPClient, data: bytes) -> None:
    async with sftp.open(f"{SUBMIT}/{TODAY}", "wb") as file:
        await file.write(data)


async def text_of(sftp: asyncssh.SFTPClient, name: str) -> str:
    async with sftp.open(f"{RECEIPTS}/{name}", "rb", encoding=None) as file:
        return cast(bytes, await file.read()).decode()


async def test_a_returned_file_leaves_its_reason_beside_its_receipt_and_may_be_put_again(sftp_world: SftpWorld) -> None:
    services, oper = sftp_world.world.services, sftp_world.actor("OPER01")
    async with sftp_world.client() as sftp, sftp_world.client("OPER01") as operator:
        await put(sftp, b"one")
        async with operator.open(f"/collect/SD-1/01234/2022-05-20/{TODAY}", "rb") as file:
            assert cast(bytes, await file.read()) == b"one"
        assert told_in(await sftp.listdir(RECEIPTS)) == [f"{TODAY}.receipt"], "routine collection leaves no file"
        one = sftp_world.activities(state="collected")[-1].log_index
        replayed = services.inbox.replay(oper, one, "lost on our side").activity.log_index
        back = services.inbox.give_back(oper, one, HOSTILE).activity.log_index
        names = told_in(await sftp.listdir(RECEIPTS))
        assert names == sorted(
            [f"{TODAY}.replayed-{replayed}.txt", f"{TODAY}.returned-{back}.txt", f"{TODAY}.v1.receipt"]
        )
        text = await text_of(sftp, f"{TODAY}.returned-{back}.txt")
        assert f"Reason: {HOSTILE}\n" in text and "Submit it again" in text
        leaf = services.activity.one(oper, back).receipt
        assert text.endswith(f"\n\n{leaf}"), "the entry of the log, to the byte"
        assert await sftp.listdir(SUBMIT) == [] and await operator.listdir("/collect/SD-1") == []
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await sftp.stat(f"{SUBMIT}/{TODAY}")
        await put(sftp, b"one")
        assert "version: 2\nsupersedes: -\n" in await text_of(sftp, f"{TODAY}.receipt")
        for name in (
            f"{TODAY}.returned-{back + 1}.txt",
            f"{TODAY}.replayed-{back}.txt",
            f"{TODAY}.returned-{one}.txt",
            f"other.returned-{back}.txt",
            f"{TODAY}.returned-99999999999999999999.txt",
        ):
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await sftp.stat(f"{RECEIPTS}/{name}")


async def test_nobody_reads_the_counter_receipts_of_another_company_or_identity(sftp_world: SftpWorld) -> None:
    services, oper = sftp_world.world.services, sftp_world.actor("OPER01")
    async with sftp_world.client() as sftp:
        await put(sftp, b"one")
        one = sftp_world.activities(state="accepted")[0].log_index
        back = services.inbox.withdraw(oper, one, WHY).activity.log_index
        name = f"{TODAY}.withdrawn-{back}.txt"
        assert (await sftp.stat(f"{RECEIPTS}/{name}")).size
        for place in ("/01235/SD-1/receipts", "/01234/LOP/receipts", "/09999/SD-1/receipts"):
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await sftp.stat(f"{place}/{name}")
