"""The story of both doors: one file from the console, the next day's by key, both in one list."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import date

from backend.contract.messages import ActivityFilter
from ecp_tui.client import Upload
from tests.sftp_world import SUBMIT, TODAY, YESTERDAY, SftpWorld


async def test_a_file_from_the_console_and_the_next_days_by_sftp_stand_in_the_same_list(sftp_world: SftpWorld) -> None:
    first = sftp_world.file(YESTERDAY, b"trade,amount\n1,100\n" * 500)
    second = sftp_world.file(TODAY, b"trade,amount\n2,200\n" * 900)
    client = sftp_world.world.client("CHAN01")
    data = first.read_bytes()
    by_hand = Upload(
        "a" * 32, "SD-1", "01234", date(2022, 5, 19), first.name, first, len(data), hashlib.sha256(data).hexdigest()
    )
    assert (await client.submit(by_hand)).activity.state == "accepted"
    ran = await sftp_world.sftp(f"put {second} {SUBMIT}/")
    assert ran.code == 0, ran.said

    found = (await client.activity(ActivityFilter())).items
    assert [(one.file_name, one.channel, one.login_id) for one in found] == [
        (TODAY, "sftp", "CHAN01"),
        (YESTERDAY, "console", "CHAN01"),
    ]
    said = subprocess.run(["sha256sum", second, first], capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in said.splitlines()] == [one.sha256 for one in found]
    receipt = await client.one_activity(found[0].log_index)
    taken = sftp_world.folder / "receipt"
    ran = await sftp_world.sftp(f"get /01234/SD-1/receipts/{TODAY}.receipt {taken}")
    assert ran.code == 0 and taken.read_text() == receipt.receipt
    await client.close()
