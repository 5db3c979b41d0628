"""The main story over HTTP: sign in, submit, find the SHA-256."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import ActivityFilter
from ecp_tui.draft import Upload
from tests.world import World


def upload_of(path: Path, identity_code: str, input_date: date, submission_id: str = "a" * 32) -> Upload:
    data = path.read_bytes()
    return Upload(
        submission_id, "SD-1", identity_code, input_date, path.name, path, len(data), hashlib.sha256(data).hexdigest()
    )


async def test_a_submitted_file_is_found_in_activity_enquiry_by_its_sha256(world: World, tmp_path: Path) -> None:
    path = tmp_path / "SD1_01234_20220519.csv"
    path.write_bytes(b"a,b\n1,2\n" * 1000)
    upload = upload_of(path, "01234", date(2022, 5, 19))
    client = world.client("CHAN01")
    receipt = await client.submit(upload)
    assert receipt.activity.state == "accepted" and receipt.activity.sha256 == upload.sha256
    page = await client.activity(ActivityFilter(sha256=upload.sha256[:8]))
    assert [item.file_name for item in page.items] == [path.name]
    again = await client.submit(upload)
    assert again.replayed and again.activity.log_index == receipt.activity.log_index
    with pytest.raises(Refused) as refused:
        await client.submit(upload_of(path, "01234", date(2022, 5, 18), "b" * 32))
    assert refused.value.number == 4505
    home = await client.home()
    assert home.refused[0].fault == 4505
    await client.close()
