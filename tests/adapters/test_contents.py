"""What a folder wants its files to hold, asked of every file before it is accepted; and the companions beside it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from backend.contract.faults import Refused
from backend.core.actor import Actor
from backend.core.claims import Upload
from tests.submitting import broken_invariants, claim, listed, objects, refused_with, staged_files, submitted
from tests.world import World

POSITIONS = b"account,series,long,short\nA1,HSI2205,120,0\n"
LOP: dict[str, Any] = {"folder": "LOP", "file_name": "LOP_01234_20220520.csv", "input_date": date(2022, 5, 20)}
BCAN: dict[str, Any] = {
    "folder": "BCAN",
    "identity_code": "09999",
    "file_name": "BCAN_09999_20220520.csv",
    "input_date": date(2022, 5, 20),
}
CLIENTS = b"bcan,cid_type,country,cid,name,effective\n1,1,HKG,A1(2),Chan,2022-05-20\nTRL,1\n"


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


@pytest.fixture
def tai(any_world: World) -> Actor:
    """Signed in while BCAN is open."""
    any_world.clock.at -= timedelta(hours=4)
    return any_world.actor("TAI09")


def test_a_wrong_content_is_a_verdict_with_all_findings_and_the_version_before_stands(
    any_world: World, chan: Actor
) -> None:
    stands = submitted(any_world, chan, POSITIONS, **LOP)
    wrong = POSITIONS + b"A2,,x,0\n"
    with pytest.raises(Refused) as refused:
        submitted(any_world, chan, wrong, "b" * 32, **LOP)
    findings = refused.value.findings
    assert refused.value.number == 4514 and len(findings) == 2 and refused.value.what.startswith(findings[0])
    assert (objects(any_world), staged_files(any_world), broken_invariants(any_world)) == (1, 0, [])
    assert listed(any_world, chan) == [("accepted", 1, None), ("refused", None, 4514)]
    again = any_world.services.outcomes.current(chan, "01234", "LOP", LOP["file_name"])
    assert again is not None and again.size == stands.activity.size
    assert refused_with(submitted, any_world, chan, wrong, "b" * 32, **LOP) == 4514, "the same id, the same outcome"
    assert len(listed(any_world, chan)) == 2


def test_each_finding_is_kept_with_the_refusal_and_told_again(any_world: World, chan: Actor) -> None:
    assert refused_with(submitted, any_world, chan, POSITIONS + b"A2,,x,0\n", **LOP) == 4514
    document = any_world.services.outcomes.document(chan, "01234", "LOP", LOP["file_name"] + ".refused.txt")
    assert document is not None
    lines = document.text.splitlines()
    assert "Row 3, column 2 (series): empty, expected a value" in lines
    assert 'Row 3, column 3 (long): "x", expected a whole number' in lines


def test_bytes_that_came_out_of_order_are_judged_in_order(any_world: World, chan: Actor) -> None:
    upload = any_world.services.submissions.begin(chan, claim(size=len(POSITIONS), **LOP))
    assert isinstance(upload, Upload)
    upload.write(20, POSITIONS[20:])
    upload.write(0, POSITIONS[:20])
    assert any_world.services.submissions.finish(chan, upload).activity.state == "accepted"


def test_a_file_that_shrank_on_its_way_is_caught_by_the_count_of_its_rows(any_world: World, tai: Actor) -> None:
    assert refused_with(submitted, any_world, tai, CLIENTS[:-7], **BCAN) == 4514
    assert submitted(any_world, tai, CLIENTS, **BCAN).activity.version == 1


def test_a_companion_follows_its_file_and_holds_nothing(any_world: World, tai: Actor) -> None:
    ok = BCAN | {"file_name": BCAN["file_name"] + ".ok"}
    with pytest.raises(Refused, match=r"Submit BCAN_09999_20220520.csv first") as alone:
        submitted(any_world, tai, b"", **ok)
    assert alone.value.number == 4514
    submitted(any_world, tai, CLIENTS, **BCAN)
    assert refused_with(submitted, any_world, tai, b"x", **ok) == 4514
    receipt = submitted(any_world, tai, b"", **ok)
    assert (receipt.activity.size, receipt.activity.input_date) == (0, BCAN["input_date"])
    assert submitted(any_world, tai, b"", **ok).replayed
    assert broken_invariants(any_world) == []


@pytest.mark.parametrize("ending", [".ok", ".done", ".fin", ".csv.ok"])
def test_no_folder_takes_a_companion_that_it_does_not_declare(any_world: World, chan: Actor, ending: str) -> None:
    submitted(any_world, chan, POSITIONS, **LOP)
    assert refused_with(submitted, any_world, chan, b"", **LOP | {"file_name": LOP["file_name"] + ending}) == 4505


def test_a_companion_never_makes_its_file_received(any_world: World, tai: Actor) -> None:
    assert refused_with(submitted, any_world, tai, b"", **BCAN | {"file_name": BCAN["file_name"] + ".ok"}) == 4514
    assert refused_with(submitted, any_world, tai, b"", **BCAN) == 4512
    assert objects(any_world) == 0
