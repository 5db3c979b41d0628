"""`ecp check` and `ecp submit` say what a file holds that it should not, before anything is sent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.commands.conftest import Ecp, SignIn
from tests.world import World

RIGHT = b"account,series,long,short\nA1,HSI2205,120,0\n"
EMPTY = "Row 3, column 2 (series): empty, expected a value"
NO_NUMBER = 'Row 3, column 3 (long): "1 000", expected a whole number'


def test_all_findings_are_told_to_people_and_programs_and_nothing_is_sent(chan: Ecp, tmp_path: Path) -> None:
    path = tmp_path / "LOP_01234_20220520.csv"
    path.write_bytes(RIGHT + b"A2,,1 000,0\n")
    for command in ("check", "submit"):
        said = chan(command, path)
        assert said.code == 5 and said.out == ""
        assert said.err.splitlines()[1:] == [f"  {EMPTY}", f"  {NO_NUMBER}"]
        data = chan(command, path, "--json").data["fault"]
        assert data["number"] == 4514 and data["details"]["findings"] == [EMPTY, NO_NUMBER]
    assert chan("activity", "--json").data["items"] == []


def test_of_several_files_the_right_ones_are_submitted_all_the_same(chan: Ecp, tmp_path: Path) -> None:
    right, wrong = tmp_path / "LOP_01234_20220520.csv", tmp_path / "LOP_01235_20220520.csv"
    right.write_bytes(RIGHT)
    wrong.write_bytes(RIGHT[:-5])
    said = chan("submit", wrong, right)
    assert said.code == 5 and "LOP_01235_20220520.csv: 4514 " in said.err
    assert [item["file_name"] for item in chan("activity", "--json").data["items"]] == [right.name]


def test_a_hostile_value_is_shown_and_never_obeyed(chan: Ecp, tmp_path: Path) -> None:
    path = tmp_path / "LOP_01234_20220520.csv"
    path.write_bytes(RIGHT + "A2,HSI,\u202e9\u009b2J,0\n".encode() + b"\x1b]0;x\x07,HSI,1,1\n")
    said = chan("check", path)
    assert said.code == 5 and len(said.err.splitlines()) > 2
    assert all(line.isprintable() for line in said.err.splitlines())


def test_an_empty_companion_is_submitted_after_its_file_and_a_full_one_never(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    world.clock.at -= timedelta(hours=4)
    tai, file = sign_in("TAI09"), tmp_path / "BCAN_09999_20220520.csv"
    companion = file.with_name(f"{file.name}.ok")
    file.write_bytes(b"bcan,cid_type,country,cid,name,effective\nTRL,0\n")
    companion.write_bytes(b"x")
    said = tai("submit", file, companion)
    assert said.code == 5 and "in this folder a file of this name is empty" in said.err
    companion.write_bytes(b"")
    assert tai("check", companion, "--json").data["state"] == "acceptable"
    assert tai("submit", companion, "--json").data["size"] == 0
