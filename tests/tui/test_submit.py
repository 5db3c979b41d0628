"""File Submission: the name fills the form, what is wrong is said beside the field, and the receipt closes it."""

from __future__ import annotations

import hashlib
import os
import time
from itertools import count
from pathlib import Path

import pytest

from tests.tui.conftest import Opens
from tests.tui.driver import Cuttable, Person
from tests.world import World

RIGHT = "SD1_01234_20220520.csv"
CONTENT = b"account,amount\n" + b"1,2\n" * 811


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are shown from `~` and submission ids are counted, alike on every machine and in every run."""
    monkeypatch.setenv("HOME", str(tmp_path))
    ids = (f"{number:032x}" for number in count(1))
    monkeypatch.setattr("ecp_tui.transfers.new_submission_id", lambda: next(ids))


@pytest.fixture
async def filer(chan: Person) -> Person:
    """CHAN01 at home, everything loaded."""
    await chan.sees("Due today", "SD-1")
    return chan


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / RIGHT
    path.write_bytes(CONTENT)
    return path


async def at_the_form(person: Person) -> None:
    await person.goes_to("Submit")
    while "Submit ›" in person.screen:
        await person.press("escape")
    await person.sees("File Submission", "Folder", "Identity", "File")


async def submits(person: Person, path: Path) -> None:
    """From the form to the receipt."""
    await at_the_form(person)
    await person.pastes(str(path))
    await person.sees("from the name")
    await person.press("enter")
    await person.sees("Review", path.name)
    await person.press("enter")
    await person.sees("● accepted", path.name)


async def test_the_page_has_the_words_of_the_faq(filer: Person) -> None:
    """FAQ Q14 and Q23: heading, folder, identity under its user type, input date with its meaning, Submit, Cancel."""
    await filer.sees("Due today")
    await filer.chooses("due/SD-1/01235/2022-05-20")
    await filer.sees(
        "File Submission",
        "SD-1: Stamp Duty Daily Return",
        "SEHK Participant",
        "01235",
        "Input date (trade date)",
        "2022-05-20",
        "Submit",
        "Cancel",
    )
    filer.keeps("submit_from_home")


async def test_the_file_name_fills_the_rest(filer: Person, file: Path) -> None:
    await at_the_form(filer)
    filer.keeps("submit_empty")
    await filer.pastes(f"'{file}'")
    await filer.sees("SD-1: Stamp Duty Daily Return", "cut-off 20 May 20:00", "01234", "2022-05-20", "3.3 KB")
    filer.keeps("submit_filled")


async def test_a_file_is_submitted_and_its_receipt_shows_the_sha256_of_every_other_tool(
    filer: Person, file: Path
) -> None:
    await at_the_form(filer)
    await filer.pastes(str(file))
    await filer.sees("from the name")
    await filer.press("enter")
    await filer.sees("Review", "812 rows", "3.3 KB (3,259 bytes)", "It is the first file of this name.")
    filer.keeps("submit_review")
    await filer.press("enter")
    expected = hashlib.sha256(CONTENT).hexdigest()
    await filer.sees(
        "● accepted", "version 1", f"{expected[:16]} {expected[16:32]}", f"{expected[32:48]} {expected[48:]}"
    )
    filer.keeps("receipt")
    await filer.goes_to("Activity")
    await filer.sees(RIGHT, "● accepted", expected[:8])


async def test_a_wrong_date_is_explained_before_upload_and_f6_puts_it_right(
    filer: Person, world: World, file: Path
) -> None:
    """FAQ Q24."""
    await filer.sees("Due today")
    await filer.chooses("due/SD-1/01234/2022-05-20")
    await filer.sees("File Submission", "2022-05-20")
    wrong = file.with_name("SD_01234_20220519.csv")
    wrong.write_bytes(CONTENT)
    await filer.pastes(str(wrong))
    await filer.sees(
        "✕ 4505  Name, identity and input date disagree",
        "The name says 2022-05-19, the input date says 2022-05-20.",
        "Press F6 to take the date from the name",
        "✕ name 19 May",
    )
    filer.keeps("submit_4505_date")
    await filer.press("enter")
    await filer.sees("4505")
    assert world.services.activity is not None
    await filer.press("f6")
    await filer.does_not_see("4505")
    await filer.sees("2022-05-19")
    await filer.press("enter")
    await filer.sees("Review", "2022-05-19 (Thu), trade date")


async def test_a_wrong_identity_is_explained_with_both_codes(filer: Person, file: Path) -> None:
    await filer.sees("Due today")
    await filer.chooses("due/SD-1/01235/2022-05-20")
    await filer.sees("File Submission", "01235")
    await filer.pastes(str(file))
    await filer.sees("4505", "The name says identity 01234, the identity chosen is 01235.", "✕ name 01234")
    filer.keeps("submit_4505_identity")
    await filer.press("f6")
    await filer.does_not_see("4505")
    await filer.sees("01234")


async def test_an_identity_that_is_not_mine_is_explained_without_a_guess(filer: Person, file: Path) -> None:
    other = file.with_name("SD1_09999_20220520.csv")
    other.write_bytes(CONTENT)
    await at_the_form(filer)
    await filer.pastes(str(other))
    await filer.sees("SD-1: Stamp Duty Daily Return", "↑ ↓ to choose")
    await filer.press("enter")
    await filer.sees("4505", "09999", "not one of yours")
    filer.keeps("submit_4505_not_mine")


async def test_a_name_that_no_folder_takes_gets_the_right_name_shown(filer: Person, file: Path) -> None:
    other = file.with_name("stamp duty.csv")
    other.write_bytes(CONTENT)
    await at_the_form(filer)
    await filer.pastes(f'"{other}"')
    await filer.sees("this name fits none of your folders")
    await filer.press("enter")
    await filer.sees("Choose the folder")
    await filer.press("down")
    await filer.sees("SD-1 takes names such as SD1_01234_20220520.csv", "✕ 4505 name")
    await filer.press("tab", "down", "f8")
    await filer.sees("4505", "is not one that folder SD-1 takes", "Rename the file to SD1_01234_20220520.csv")
    filer.keeps("submit_4505_name")


async def test_an_empty_file_is_refused_before_anything_is_sent(filer: Person, file: Path) -> None:
    file.write_bytes(b"")
    await at_the_form(filer)
    await filer.pastes(str(file))
    await filer.sees("4512", "File is empty", "✕ 4512")
    await filer.press("enter")
    await filer.does_not_see("Review")


async def test_a_date_outside_the_window_is_the_servers_word_before_upload(filer: Person, file: Path) -> None:
    old = file.with_name("SD1_01234_20220420.csv")
    old.write_bytes(CONTENT)
    await at_the_form(filer)
    await filer.pastes(str(old))
    await filer.sees("4513")
    filer.keeps("submit_4513")


async def test_a_file_that_is_not_there_is_said_in_words(filer: Person) -> None:
    await at_the_form(filer)
    await filer.types("SD1_01234_20220520.csv")
    await filer.sees("there is no such file yet")
    await filer.press("enter")
    await filer.sees("There is no file")


async def test_a_folder_or_a_device_is_no_file_and_nothing_is_said_to_be_from_its_name(
    filer: Person, tmp_path: Path
) -> None:
    (tmp_path / "SD1_01234_20220519.csv").mkdir()
    await at_the_form(filer)
    await filer.pastes(str(tmp_path / "SD1_01234_20220519.csv"))
    await filer.sees("SD1_01234_20220519.csv is a folder, not a file.", "✕ no file")
    assert "↕   from the name" not in filer.screen
    await filer.press("f8")
    await filer.sees("is a folder, not a file.")
    assert "9002" not in filer.screen
    filer.keeps("submit_no_file")


async def test_a_paste_that_is_no_path_is_taken_for_what_it_is_at_once(filer: Person) -> None:
    await at_the_form(filer)
    began = time.monotonic()
    await filer.pastes("x y\n" * 300_000)
    await filer.sees("That is no path: it is too long.")
    assert time.monotonic() - began < 5
    await filer.pastes("line one")
    await filer.sees("line one", "there is no such file yet")


async def test_an_emptied_date_is_taken_from_the_name_again(filer: Person, file: Path) -> None:
    await filer.chooses("due/SD-1/01234/2022-05-20")
    await filer.sees("File Submission", "2022-05-20")
    await filer.press("shift+tab", "ctrl+u", "tab")
    other = file.with_name("SD1_01234_20220519.csv")
    other.write_bytes(CONTENT)
    await filer.pastes(str(other))
    await filer.sees("2022-05-19", "cut-off")


async def test_files_that_are_there_already_are_neither_asked_about_nor_counted(filer: Person, file: Path) -> None:
    await submits(filer, file)
    other = file.with_name("SD1_01235_20220520.csv")
    other.write_bytes(CONTENT)
    await at_the_form(filer)
    await filer.pastes(f"{file}\n{other}")
    await filer.sees("2 files · 1 ready", "○ same as before", "F8 submit 1")
    await filer.press("f8")
    await filer.sees("0 ready · 1 accepted")
    await filer.press("home", "enter")
    await filer.sees("● accepted", "version 1")


async def test_the_path_completes_with_the_right_arrow(opens: Opens, world: World, file: Path) -> None:
    async with opens() as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today", "SD-1")
        await at_the_form(person)
        await person.types(f"{file.parent}/SD1_0")
        await person.sees("there is no such file yet")
        await person.press("right")
        await person.sees("from the name", "2022-05-20")


async def test_arrows_move_the_date_by_a_day_and_ctrl_d_stays_the_fields_own(filer: Person) -> None:
    await filer.sees("Due today")
    await filer.chooses("due/SD-1/01234/2022-05-20")
    await filer.sees("File Submission", "2022-05-20")
    await filer.press("shift+tab", "down")
    await filer.sees("2022-05-19")
    await filer.press("up", "up")
    await filer.sees("2022-05-21")
    await filer.press("home", "ctrl+d")
    await filer.sees("022-05-21", "YYYY-MM-DD")


async def test_a_correction_says_what_it_replaces_and_its_button_the_consequence(filer: Person, file: Path) -> None:
    """FAQ Q25."""
    await submits(filer, file)
    before = hashlib.sha256(CONTENT).hexdigest()
    file.write_bytes(CONTENT + b"3,4\n")
    await at_the_form(filer)
    await filer.pastes(str(file))
    await filer.sees("replaces the file of 16:0", f"({before[:8]}…) if submitted")
    filer.keeps("submit_replaces")
    await filer.press("enter")
    await filer.sees("Replaces version 1", "by CHAN01", before[:16], "Replace file", "stays as evidence")
    filer.keeps("submit_review_replaces")
    await filer.press("enter")
    await filer.sees("● accepted", "version 2")
    await filer.goes_to("Activity")
    await filer.sees("○ superseded")


async def test_the_same_bytes_again_show_the_receipt_there_is(filer: Person, file: Path) -> None:
    await submits(filer, file)
    await at_the_form(filer)
    await filer.pastes(str(file))
    await filer.sees("cut-off")
    await filer.press("enter")
    await filer.sees("The same bytes are the current version already", "Show the receipt")
    await filer.press("enter")
    await filer.sees("● accepted", "version 1", "the same bytes were accepted before")


async def test_escape_keeps_what_was_typed_and_cancel_clears_it(filer: Person, file: Path) -> None:
    await at_the_form(filer)
    await filer.pastes(str(file))
    await filer.sees("from the name")
    await filer.press("escape")
    await filer.sees("Due today")
    await at_the_form(filer)
    await filer.sees("01234", "from the name")
    await filer.press("tab", "tab", "enter")
    await filer.sees("Due today")
    await at_the_form(filer)
    await filer.sees("Choose a file: its name says the folder")
    assert RIGHT not in filer.screen


async def test_a_server_out_of_reach_loses_nothing_and_f5_goes_on(opens: Opens, world: World, file: Path) -> None:
    line = Cuttable(world.app, raise_app_exceptions=False)
    async with opens(transport=line) as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today", "SD-1")
        await at_the_form(person)
        line.down = True
        await person.pastes(str(file))
        await person.sees("9001", "F5 in the console", "from the name")
        person.keeps("submit_unreachable")
        line.down = False
        await person.press("f5")
        await person.does_not_see("9001")
        await person.sees("cut-off 20 May 20:00", "01234", RIGHT)


async def test_an_upload_that_lost_the_server_is_sent_again_under_the_same_id(
    opens: Opens, world: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Cuttable(world.app, raise_app_exceptions=False)
    async with opens(transport=line) as person:
        person.app.context.transfers._backoff = ()
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today", "SD-1")
        await at_the_form(person)
        await person.pastes(str(file))
        await person.sees("from the name")
        await person.press("enter")
        await person.sees("Review")
        line.down = True
        await person.press("enter")
        await person.sees("9001", "F8 sends again under the same id")
        person.keeps("submit_lost")
        line.down = False
        await person.press("f8")
        await person.sees("● accepted", "version 1")
        assert len(person.app.context.transfers.items) == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (CONTENT + b"3,4\n", "is not as it was when it was checked"),
        (CONTENT.replace(b"1,2", b"1,3"), "is not as it was when it was checked"),
        (CONTENT[:-4], "is not as it was when it was checked"),
        (None, "is no longer there"),
    ],
    ids=["grown", "other bytes", "cut", "deleted"],
)
async def test_a_file_that_changed_since_the_review_is_not_sent_but_shown_in_the_form(
    filer: Person, file: Path, changed: bytes | None, said: str
) -> None:
    await at_the_form(filer)
    await filer.pastes(str(file))
    await filer.sees("from the name")
    await filer.press("enter")
    await filer.sees("Review")
    if changed is None:
        file.unlink()
    else:
        file.write_bytes(changed)
    await filer.press("f8")
    await filer.sees("File Submission", "✕ 4517  File changed after it was checked", f"{RIGHT} {said}")
    file.write_bytes(CONTENT + b"5,6\n")
    await filer.press("f8")
    await filer.sees("Review", "813 rows")
    await filer.press("f8")
    await filer.sees("● accepted", "version 1")


async def test_other_bytes_that_only_the_server_could_notice_lead_back_to_the_form(filer: Person, file: Path) -> None:
    await at_the_form(filer)
    await filer.pastes(str(file))
    await filer.sees("from the name")
    await filer.press("enter")
    await filer.sees("Review")
    before = file.stat()
    file.write_bytes(CONTENT.replace(b"1,2", b"1,3"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    await filer.press("f8")
    await filer.sees("File Submission", "4517", "are not those that were checked")
    filer.keeps("submit_4517")


async def test_several_pasted_files_are_a_table_with_an_outcome_each(filer: Person, file: Path) -> None:
    wrong = file.with_name("LOP_01234_20220520.txt")
    empty = file.with_name("SD1_01235_20220520.csv")
    lop = file.with_name("LOP_01235_20220520.csv")
    wrong.write_bytes(b"x")
    empty.write_bytes(b"")
    lop.write_bytes(b"account,series,long,short\n")
    await at_the_form(filer)
    await filer.pastes(" ".join(f"'{path}'" for path in (file, wrong, empty, lop)))
    await filer.sees("4 files · 2 ready · 0 accepted · 2 not acceptable", "◐ ready", "✕ 4512", "✕ 4505 file name")
    await filer.press("down")
    await filer.sees("is not one that any of your folders takes")
    filer.keeps("submit_several")
    await filer.press("escape")
    await filer.sees("Leave without sending?", "2 files checked, not sent.", "Stay")
    await filer.press("enter")
    await filer.sees("2 ready")
    await filer.press("f8")
    await filer.sees("4 files · 0 ready · 2 accepted · 2 not acceptable", "● accepted")
    filer.keeps("submit_several_sent")
    await filer.press("f7")
    await filer.sees("Transfers", "2 transfers · 0 running")
    filer.keeps("transfers")


async def test_several_files_that_replace_others_are_named_before_they_are_sent(filer: Person, file: Path) -> None:
    await submits(filer, file)
    file.write_bytes(CONTENT + b"3,4\n")
    other = file.with_name("SD1_01235_20220520.csv")
    other.write_bytes(CONTENT)
    await at_the_form(filer)
    await filer.pastes(f"{file}\n{other}")
    await filer.sees("! replaces version 1", "◐ ready")
    await filer.press("f8")
    await filer.sees("Submit 2 files and replace 1?", f"! {RIGHT}", "Submit and replace")
    filer.keeps("submit_several_replace")
    await filer.press("enter")
    await filer.sees("2 ready")
    await filer.press("f8")
    await filer.sees("Submit 2 files and replace 1?")
    await filer.press("y")
    await filer.sees("0 ready · 2 accepted")


async def test_hostile_names_are_shown_escaped_and_crash_nothing(filer: Person, tmp_path: Path) -> None:
    names = ["[$x][@click=app.quit].csv", "a\x1b]52;c;aGk=\x07.csv", "[link=x]y[bold].csv", "陳大文證券.csv", "n" * 250]
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    await at_the_form(filer)
    for name in names:
        await filer.press("ctrl+u")
        await filer.pastes(str(tmp_path / name))
        await filer.sees("not sent yet" if name.isprintable() else "there is no such file")
        await filer.press("f8")
        await filer.sees("Choose the folder" if name.isprintable() else "There is no file")
        assert "\x1b" not in filer.screen
        filer.app.screen.query_one("#file").focus()


async def test_the_picker_opens_where_the_last_file_came_from_and_not_over_ssh(
    opens: Opens, world: World, file: Path
) -> None:
    async with opens(reach="ssh") as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today", "SD-1")
        await at_the_form(person)
        await person.press("ctrl+f")
        await person.sees("yours are on another")
    async with opens() as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today", "SD-1")
        await submits(person, file)
        await at_the_form(person)
        await person.press("ctrl+f")
        await person.sees("Submit › browse", "Choose a file", RIGHT, "SD-1")
        await person.chooses(RIGHT)
        await person.sees("File Submission", "from the name", RIGHT)


async def test_only_granted_folders_are_offered(opens: Opens, world: World) -> None:
    async with opens() as person:
        await person.sign_in_as("LEE02", world.people["LEE02"], world.fresh_otp("LEE02"))
        await person.sees("Due today")
        await at_the_form(person)
        await person.waits_until(lambda: bool(person.app.context.folders), "for the folders")
        codes = {folder.folder for folder in person.app.context.folders}
        assert "SD-1" in codes
        assert "LOP" not in codes
