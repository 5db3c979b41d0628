"""Every sample meets the outcome that samples/README.md promises."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from backend.contract.faults import Refused
from ecp_tui.draft import Upload
from tests.world import World

SAMPLES = Path(__file__).parent.parent / "samples"
_HONG_KONG = 8
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (SAMPLES / "README.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and "| outcome |" not in line
]


@pytest.mark.parametrize(
    ("name", "at", "folder", "identity_code", "input_date", "outcome"), ROWS, ids=[f"{row[0]}-{row[5]}" for row in ROWS]
)
async def test_a_sample_becomes_what_its_table_says(
    world: World, name: str, at: str, folder: str, identity_code: str, input_date: str, outcome: str
) -> None:
    world.clock.at = world.clock.at.replace(hour=int(at[:2]) - _HONG_KONG)
    path, client = SAMPLES / name, world.client("TAI09" if "09999" in name else "CHAN01")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    size, day = path.stat().st_size, date.fromisoformat(input_date)
    upload = Upload("a" * 32, folder, identity_code, day, name, path, size, sha256)
    try:
        found: object = (await client.submit(upload)).activity.state
    except Refused as refused:
        found = refused.number
    await client.close()
    assert str(found) == outcome


def test_every_sample_stands_in_the_table() -> None:
    assert {row[0] for row in ROWS} == {path.name for path in SAMPLES.glob("*.csv*")}
