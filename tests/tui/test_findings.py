"""What wants an explanation: asked for on the review page, shown in Activity, and given later for files by SFTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from backend.contract.messages import ActivityFilter
from tests.submitting import submitted
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.tui.test_served_submit import chan_by_ssh, sends, waits_for
from tests.tui.test_submit import at_the_form
from tests.world import World

HEAD = b"account,series,long,short\n"
LARGE = HEAD + b"A1,HSI2205,250000,0\nA1,HHI2205,1,0\nA2,HSI2205,120000,100001\n"
NAME = "LOP_01234_20220520.csv"
FOUND = ("Row 2, column 3 (long)", '"250000", expected 0 to 100,000; 1 more row')

KEPT = ("Finding", 'Row 2, column 3 (long): "250000", expected 0 to 100,000')


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
async def filer(chan: Person) -> Person:
    await chan.sees("Due today", "SD-1")
    return chan


async def test_the_review_asks_why_and_keeps_what_was_typed(filer: Person, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(LARGE)
    await at_the_form(filer)
    await filer.pastes(str(path))
    await filer.sees("from the name")
    await filer.press("f8")
    await filer.sees("Review", "! 2 findings to explain", *FOUND, "Explanation", "Submit")
    await filer.press("f8")
    await filer.sees("Say in a few words why")
    assert not filer.app.context.transfers.items
    await filer.types("The new fund")
    await filer.press("escape")
    await filer.sees("File Submission")
    await filer.press("f8")
    await filer.sees("Review", "The new fund")
    filer.keeps("submit_review_findings")
    await filer.press("f8")
    await filer.sees("● accepted", *KEPT, "Explained", "The new fund")
    filer.keeps("receipt_findings")


async def test_a_file_that_came_by_sftp_is_explained_from_home(filer: Person, world: World) -> None:
    chan = replace(world.actor("CHAN01"), channel="sftp")
    submitted(world, chan, LARGE, folder="LOP", file_name=NAME, input_date=date(2022, 5, 20))
    await filer.press("f5")
    await filer.sees("Needs attention", f"! {NAME}", "2 findings to explain")
    filer.keeps("home_unexplained")
    for _ in range(10):
        await filer.press("down")
    await filer.press("enter")
    await filer.sees("● accepted", *KEPT, "Explained", "not yet", "E explain")
    await filer.press("E")
    await filer.sees("Explain 2 findings")
    await filer.types("x")
    await filer.press("enter")
    await filer.sees("one line of 3 to 500 characters")
    await filer.types(" hedge of the [new] fund")
    await filer.press("enter")
    await filer.sees("Explained", "x hedge of the [new] fund")
    filer.keeps("activity_explained")
    await filer.press("escape")
    await filer.does_not_see("Needs attention")


async def test_one_explanation_is_said_of_several_files(filer: Person, tmp_path: Path, world: World) -> None:
    large, other = tmp_path / NAME, tmp_path / NAME.replace("01234", "01235")
    right = tmp_path / "SD1_01234_20220520.csv"
    for path in (large, other):
        path.write_bytes(LARGE)
    right.write_bytes(b"account,amount\n1,2\n")
    await at_the_form(filer)
    await filer.pastes(f"'{large}' '{other}' '{right}'")
    await filer.sees("3 files · 3 ready", "! 2 findings to explain", "◐ ready", "Enter findings")
    await filer.press("enter")
    await filer.sees("4524  Explanation needed", *FOUND)
    await filer.press("escape")
    await filer.press("f8")
    await filer.sees("Explain the findings in 2 files", f"{NAME}: Row 2, column 3 (long)")
    filer.keeps("submit_several_explained")
    await filer.press("escape")
    await filer.sees("3 ready")
    await filer.press("f8")
    await filer.sees("Explain the findings in 2 files")
    await filer.types("The new fund")
    await filer.press("enter")
    await filer.sees("3 accepted")
    page = world.services.activity.page(world.actor("CHAN01"), ActivityFilter(), None, 10)
    assert sorted(one.explanation or "" for one in page.items) == ["", "The new fund", "The new fund"]


async def test_over_ssh_the_server_says_what_wants_an_explanation(opens: Opens, world: World) -> None:
    async with chan_by_ssh(opens, world) as person:
        ticket = await waits_for(person, NAME)
        await sends(world, ticket, LARGE)
        await person.press("f5")
        await person.sees("Review", "! 2 findings to explain", *FOUND, "not submitted yet")
        await person.types("The new fund")
        await person.press("enter")
        await person.sees("● accepted", "Explained", "The new fund")


async def test_the_exchange_reads_finding_and_explanation_and_returns_what_does_not_satisfy(
    person: Person, world: World
) -> None:
    chan, day = world.actor("CHAN01"), date(2022, 5, 20)
    submitted(world, chan, LARGE, folder="LOP", file_name=NAME, input_date=day, explanation="The [new] fund")
    await person.sign_in_as("OPER01", world.people["OPER01"], world.fresh_otp("OPER01"))
    await person.goes_to("Operator")
    await person.sees("Inbox", "to collect")
    await person.chooses("inbox")
    await person.sees(NAME, '2 findings, explained: "The', '[new] fund"')
    person.keeps("inbox_findings")
    await person.press("enter")
    await person.sees("● accepted", *KEPT, "Explained", "The [new] fund")
    await person.does_not_see("E explain")
    await person.press("escape")
    await person.press("r")
    await person.sees("Reason")
    await person.types("Which fund?")
    await person.press("enter")
    await person.does_not_see("2 findings, explained")
    home = world.services.home.home(world.actor("CHAN01"))
    assert (home.unexplained, [one.reason for one in home.returned]) == ((), ["Which fund?"])


@pytest.mark.parametrize("size", [(60, 16), (40, 12)])
async def test_in_a_small_terminal_the_words_are_typed_in_sight(
    opens: Opens, world: World, tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / NAME
    path.write_bytes(LARGE)
    async with opens(size=size) as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.goes_to("Submit")
        await person.sees("File Submission")
        await person.pastes(str(path))
        await person.press("f8")
        await person.sees("Review", "! 2 findings to explain", "Row 2, column 3 (long)")
        await person.types("The new fund")
        await person.sees("The new fund", "Submit", "Back to the form")
