"""Receipts and refusals as files, and what a name alone says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import asyncssh
import pytest

from backend.contract.faults import Refused
from backend.core import outcomes
from backend.core.accounts import Grant
from backend.core.claims import Claim, Upload
from backend.core.gate import SFTP_FUNCTION
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, YESTERDAY, SftpWorld, identities_in, told_in
from tests.world import World


def submit(sftp_world: SftpWorld, name: str, data: bytes, input_date: date, number: int, login_id: str) -> None:
    """Somebody at the console."""
    services, actor = sftp_world.world.services, sftp_world.actor(login_id)
    begun = services.submissions.begin(actor, Claim(f"{number:032x}", "SD-1", "01234", input_date, name, len(data)))
    assert isinstance(begun, Upload)
    begun.write(0, data)
    services.submissions.finish(actor, begun)


async def text_of(sftp: asyncssh.SFTPClient, name: str) -> str:
    async with sftp.open(f"{RECEIPTS}/{name}", "r") as file:
        return str(await file.read())


async def test_receipts_of_colleagues_at_the_console_are_there_too(sftp_world: SftpWorld) -> None:
    submit(sftp_world, TODAY, b"by hand", date(2022, 5, 20), 1, "LEE02")
    async with sftp_world.client() as sftp:
        assert told_in(await sftp.listdir(RECEIPTS)) == [f"{TODAY}.receipt"]
        text = await text_of(sftp, f"{TODAY}.receipt")
        assert "submitter: LEE02\n" in text and "channel: console\n" in text
        assert (await sftp.stat(f"{SUBMIT}/{TODAY}")).size == 7


async def test_the_latest_outcome_stands_and_older_versions_keep_their_receipts(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        for data in (b"", b"one", b"two", b""):
            try:
                async with sftp.open(f"{SUBMIT}/{TODAY}", "wb") as file:
                    await file.write(data)
            except asyncssh.SFTPFailure as refused:
                assert refused.reason.startswith("4512 ")
        names = told_in(await sftp.listdir(RECEIPTS))
        assert names == [f"{TODAY}.receipt", f"{TODAY}.refused.txt", f"{TODAY}.v1.receipt"]
        assert "version: 2\nsupersedes: " in await text_of(sftp, f"{TODAY}.receipt")
        assert "version: 1\n" in await text_of(sftp, f"{TODAY}.v1.receipt")
        why = await text_of(sftp, f"{TODAY}.refused.txt")
        assert why.startswith("4512 File is empty\n\n") and f"file-name: {TODAY}\n" in why


async def test_what_is_older_than_90_days_is_no_longer_listed(sftp_world: SftpWorld) -> None:
    submit(sftp_world, YESTERDAY, b"old", date(2022, 5, 19), 1, "LEE02")
    sftp_world.world.clock.move(days=91)
    async with sftp_world.client() as sftp:
        assert await sftp.listdir(RECEIPTS) == [] and await sftp.listdir(SUBMIT) == []
        assert (await sftp.stat(f"{SUBMIT}/{YESTERDAY}")).size == 3


async def test_another_companys_receipts_are_not_there(sftp_world: SftpWorld) -> None:
    submit(sftp_world, TODAY, b"ours", date(2022, 5, 20), 1, "LEE02")
    async with sftp_world.client("TAI09") as sftp:
        assert identities_in(await sftp.listdir("/")) == ["09999"]
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await sftp.open(f"{RECEIPTS}/{TODAY}.receipt", "r")


async def test_a_colleague_who_lost_the_folder_sees_nothing_of_it(sftp_world: SftpWorld) -> None:
    found, actor = sftp_world.world.services.outcomes, sftp_world.actor("LEE02")
    with pytest.raises(Refused) as refused:
        list(found.documents(actor, "01235", "SD-1"))
    assert refused.value.number == 2001
    with pytest.raises(Refused) as refused:
        list(found.received(actor, "01234", "LOP"))
    assert refused.value.number == 4501


@pytest.mark.parametrize(
    ("name", "input_date"),
    [("CPM_HBR01_202604.xlsx", date(2026, 4, 30)), ("CPM_HBR01_202602.xlsx", date(2026, 2, 28))],
)
def test_a_month_in_the_name_means_its_last_day(world: World, name: str, input_date: date) -> None:
    world.clock.at = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
    with world.platform.store.reading() as rows:
        account = rows.account("HO01")
        identities = rows.identities("HARBOUR")
    assert account is not None
    actor = replace(
        world.actor("HO01"),
        account=replace(account, grants=(Grant(SFTP_FUNCTION, ("HBR01",)),)),
        identities=identities,
        channel="sftp",
    )
    upload = world.services.drop_box.begin(actor, "HBR01", "CPM", name)
    assert upload.claim.input_date == input_date
    upload.staging.abandon()
    with pytest.raises(Refused) as refused:
        world.services.drop_box.begin(actor, "HBR01", "CPM", "CPM_HBR01_202613.xlsx")
    assert refused.value.number == 4505 and "CPM_HBR01_202604.xlsx" in refused.value.remedy


async def test_the_standing_bytes_put_again_answer_a_refusal_and_a_later_refusal_stands(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        for data, refusals in ((b"one", 0), (b"", 1), (b"one", 0), (b"", 1)):
            try:
                async with sftp.open(f"{SUBMIT}/{TODAY}", "wb") as file:
                    await file.write(data)
            except asyncssh.SFTPFailure as refused:
                assert refused.reason.startswith("4512 ")
            names = await sftp.listdir(RECEIPTS)
            assert f"{TODAY}.receipt" in names and names.count(f"{TODAY}.refused.txt") == refusals
            home = sftp_world.world.services.home.home(sftp_world.actor())
            assert [one.file_name for one in home.refused] == [TODAY] * refusals


async def test_a_folder_is_listed_whole_a_page_at_a_time(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "PAGE", 3)
    days = (12, 13, 16, 17, 18, 19, 20)
    for number, day in enumerate(days):
        submit(sftp_world, f"SD1_01234_202205{day}.csv", b"x", date(2022, 5, day), number, "LEE02")
    async with sftp_world.client() as sftp:
        assert sorted(await sftp.listdir(SUBMIT)) == [f"SD1_01234_202205{day}.csv" for day in days]
        assert len(told_in(await sftp.listdir(RECEIPTS))) == len(days)
        assert await sftp.exists(f"{RECEIPTS}/SD1_01234_20220512.csv.receipt")
        entries = sftp.scandir(SUBMIT)
        assert (await anext(entries)).filename == TODAY, "newest first"
