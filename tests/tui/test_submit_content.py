"""What a file holds is checked before it is sent: said beside the file, and all of it on a page of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.driver import Person
from tests.tui.test_submit import at_the_form

RIGHT = b"account,series,long,short\nA1,HSI2205,120,0\n"
WRONG = RIGHT + b"A1,HSI2205,5,0\nA2,,1,1\n" + b"".join(b"A%d,\x1b[2J,x,0\n" % one for one in range(3, 20))
pytestmark = pytest.mark.usefixtures("at_home")


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
async def filer(chan: Person) -> Person:
    await chan.sees("Due today", "SD-1")
    return chan


async def test_findings_stand_beside_the_file_before_anything_is_sent(filer: Person, tmp_path: Path) -> None:
    path = tmp_path / "LOP_01234_20220520.csv"
    path.write_bytes(WRONG)
    await at_the_form(filer)
    await filer.pastes(str(path))
    await filer.sees("✕ 20 findings", "4514  Content not acceptable", "at least 19 more findings", "F8 20 findings")
    filer.keeps("submit_4514")
    await filer.press("f8")
    await filer.sees("LOP_01234_20220520.csv", "Row 3, column 1 (account)", '"A1", "HSI2205" as in row 2')
    filer.keeps("findings")
    await filer.press("end")
    await filer.sees("Row 13, column 3 (long)")
    await filer.press("c")
    await filer.sees("Sent to the terminal's clipboard")
    path.write_bytes(RIGHT)
    await filer.press("escape")
    await filer.sees("File Submission", "4514")
    await filer.press("f8")
    await filer.sees("Review", "LOP_01234_20220520.csv")
    assert not filer.app.context.transfers.items


async def test_of_several_files_each_says_how_much_is_wrong_in_it(filer: Person, tmp_path: Path) -> None:
    right, wrong = tmp_path / "LOP_01234_20220520.csv", tmp_path / "LOP_01235_20220520.csv"
    right.write_bytes(RIGHT)
    wrong.write_bytes(RIGHT + b"A2,HSI2205,n/a,0\n")
    await at_the_form(filer)
    await filer.pastes(f"'{right}' '{wrong}'")
    await filer.sees("2 files · 1 ready · 0 accepted · 1 not acceptable", "✕ 4514 1 finding")
    await filer.press("down")
    await filer.sees('Row 3, column 3 (long): "n/a", expected a whole number.', "Enter findings")
    filer.keeps("submit_several_4514")
    await filer.press("enter")
    await filer.sees("Submit › findings", "LOP_01235_20220520.csv")
    await filer.press("escape")
    await filer.sees("2 files · 1 ready")


async def test_the_activity_of_a_refused_file_shows_every_finding(filer: Person, tmp_path: Path) -> None:
    path = tmp_path / "LOP_01234_20220520.csv"
    path.write_bytes(RIGHT)
    await at_the_form(filer)
    await filer.pastes(str(path))
    await filer.sees("from the name")
    changed = filer.app.context.folders
    lop = next(folder for folder in changed if folder.folder == "LOP")
    path.write_bytes(WRONG)
    lenient = tuple(one if one is not lop else lop.model_copy(update={"content": None}) for one in changed)
    form = filer.app.screen.query_one("SubmissionForm")
    form.folders = list(lenient)  # type: ignore[attr-defined]  # a console that knew no rule when it started
    await filer.press("f8")
    await filer.sees("Review")
    await filer.press("enter")
    await filer.sees("4514", "at least 19 more findings", "nothing was accepted")
    await filer.goes_to("Activity")
    await filer.sees("✕ 4514")
    await filer.press("enter")
    await filer.sees("Activity › detail", "4514  Content not acceptable   20 findings", "Row 3, column 1 (account)")
    filer.keeps("activity_4514")
    await filer.press("end")
    await filer.sees("Row 13, column 3 (long)")
