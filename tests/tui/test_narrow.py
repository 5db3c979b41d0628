"""From 40 by 12 cells on, submitting and finding work; columns give way, nothing that counts is cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.conftest import Opens
from tests.world import World


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (100, 30), (160, 50)])
async def test_a_file_is_submitted_and_found_in_any_size(
    opens: Opens, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("ecp_tui.transfers.new_submission_id", lambda: "0" * 32)
    path = tmp_path / "SD1_01234_20220520.csv"
    path.write_bytes(b"a,b\n1,2\n")
    async with opens(size=size) as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today")
        await person.goes_to("Submit")
        await person.sees("File Submission")
        await person.pastes(str(path))
        await person.sees("SD-1: Stamp Duty", path.name)
        await person.sees("not sent yet")
        await person.pilot.pause(0.5)
        person.keeps(f"submit_{size[0]}")
        await person.press("f8")
        await person.sees("Review")
        await person.press("f8")
        await person.sees("● accepted")
        person.keeps(f"receipt_{size[0]}")
        await person.goes_to("Activity")
        await person.sees(path.name, "● accepted")
        person.keeps(f"activity_at_{size[0]}")
        await person.press("v")
        await person.sees("Compare with")
        person.keeps(f"compare_{size[0]}")
