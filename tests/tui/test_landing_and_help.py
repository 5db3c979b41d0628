"""The demo's landing page, folders, help, the demo page, and what happens when something breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.contract.faults import FAULTS
from ecp_tui.screens.help_entries import entries
from ecp_tui.widgets.keys import KEYS
from tests.tui.conftest import Opens
from tests.tui.driver import Cuttable, Person
from tests.world import World


async def test_in_the_demo_enter_fills_the_form_and_one_more_enter_signs_in(visitor: Person) -> None:
    await visitor.sees("DEMO", "Who would you like to be?", "CHAN01", "Submit a stamp duty return")
    visitor.keeps("landing_demo")
    await visitor.press("enter")
    await visitor.sees("CHAN01", "•••", "Filled in for the demo. Enter signs in.")
    await visitor.press("enter")
    await visitor.sees("Good afternoon, Chan Tai Man")


async def test_the_demo_page_gives_the_sftp_line_and_the_samples_to_copy(visitor: Person, tmp_path: Path) -> None:
    await visitor.sees("Who would you like to be?")
    await visitor.press("ctrl+p")
    await visitor.types("sample")
    await visitor.press("enter")
    await visitor.sees("By SFTP, in another terminal", "Sample files", "wrong date: 4505")
    await visitor.sees("The same console, over SSH", "ssh -p 2222 CHAN01@127.0.0.1")
    visitor.keeps("demo")
    await visitor.press("c")
    await visitor.sees("Sent to the terminal's clipboard")
    assert visitor.app.clipboard.endswith("CHAN01@127.0.0.1")
    await visitor.press("escape")
    await visitor.sees("Who would you like to be?")


async def test_a_sample_of_the_demo_page_opens_the_submission_page_with_it(visitor: Person) -> None:
    await visitor.sees("Who would you like to be?")
    await visitor.press("enter")
    await visitor.sees("Enter signs in")
    await visitor.press("enter")
    await visitor.sees("CHAN01 · until")
    await visitor.press("ctrl+p")
    await visitor.types("sample")
    await visitor.press("enter")
    await visitor.sees("Sample files")
    await visitor.chooses("file/SD1_01234_20220519.csv")
    await visitor.sees("File Submission", "SD1_01234_20220519.csv")


async def test_an_unreachable_server_is_told_on_the_landing_page_and_f5_tries_again(opens: Opens, world: World) -> None:
    line = Cuttable(app=world.app, raise_app_exceptions=False)
    line.down = True
    async with opens(transport=line) as person:
        await person.sees("9001", "Cannot reach the server", "Try again in a moment: F5")
        person.keeps("landing_unreachable")
        line.down = False
        await person.press("f5")
        await person.sees("version 0.1.0")
        await person.does_not_see("9001")


async def test_folders_show_their_rule_in_words(chan: Person) -> None:
    await chan.goes_to("Folders")
    await chan.sees("SD-1: Stamp Duty Daily Return", "trade date", "SD_01234_20220520.csv", "console, http, sftp")
    chan.keeps("folders")
    await chan.press("c")
    assert chan.app.clipboard == "SD_01234_20220520.csv"


async def test_migration_lists_where_each_submission_folder_is_served(chan: Person) -> None:
    await chan.goes_to("Folders")
    await chan.sees("for submission")
    await chan.press("m")
    await chan.sees("Migration", "● ECP 2.0", "existing ECP", "in due course")
    chan.keeps("migration")


def test_help_has_the_thirty_questions_every_fault_and_every_key() -> None:
    ids = {entry.id for entry in entries()}
    assert {f"faq_{number}" for number in range(1, 31)} <= ids
    assert {f"fault_{number}" for number in FAULTS} <= ids
    assert {f"key_{key}" for key in KEYS} <= ids


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.id)
def test_an_entry_of_help_has_words_and_no_holes(entry: object) -> None:
    text = getattr(entry, "text")  # noqa: B009  parametrised by entries
    assert len(text.split()) >= 3 and "{" not in text
    assert all(len(line) <= 76 for line in text.splitlines() if getattr(entry, "part") != "Faults")  # noqa: B009


async def test_help_filters_by_typing_and_opens_the_page(person: Person) -> None:
    await person.goes_to("Help")
    await person.sees("A. Accessing ECP 2.0", "Q1")
    person.keeps("help")
    await person.types("4505")
    await person.sees("Name, identity and input date disagree")
    await person.types("zzz")
    await person.sees("Nothing says that. Esc clears.")
    await person.press("escape")
    await person.sees("Q1")
    await person.types("subsidiaries")
    await person.press("enter")
    await person.sees("Help › Q14")
    person.keeps("help_page")
    await person.press("escape", "escape", "escape")
    await person.sees("Welcome")


async def test_the_places_say_why_they_are_dim(person: Person) -> None:
    await person.press("ctrl+o")
    await person.sees("Go to", "sign in first")
    person.keeps("places")
    await person.press("2")
    await person.sees("Folders: sign in first.")


async def test_what_breaks_in_a_page_gets_9000_and_a_reference_without_its_values(chan: Person, tmp_path: Path) -> None:
    async def breaks() -> None:
        password = "do not write me down"
        raise ZeroDivisionError("broken") from ValueError(len(password))

    page = chan.app.screen
    await chan.sees("Due today")
    await chan.waits_until(lambda: all(one.is_finished for one in page.workers if one.group == "ask"), "its answers")
    page.ask(breaks())  # type: ignore[attr-defined]  # Home is an EcpScreen
    await chan.sees("9000", "Unexpected", "Reference")
    log = (tmp_path / "state" / "console.log").read_text()
    assert "ZeroDivisionError" in log and "do not write me down" not in log


async def test_a_crash_prints_a_reference_and_no_locals(
    opens: Opens, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with opens() as person:

            def crash() -> None:
                secret = "correct horse battery staple"
                raise ZeroDivisionError(len(secret))

            person.app.call_later(crash)
            await person.pilot.pause(0.2)
    printed = "".join(capsys.readouterr()).replace("\n", "")
    assert "correct horse" not in printed and "secret" not in printed
    assert "9000 Unexpected" in printed and "console.log" in printed
    assert "ZeroDivisionError" in (tmp_path / "state" / "console.log").read_text()
