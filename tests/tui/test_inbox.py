"""Inbox: operators pick up, return, withdraw and replay, each with a reason; submitters see it; auditors look."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from backend.contract.served import Served
from tests.adapters.filing import file
from tests.inbox import WHY, told
from tests.submitting import NAME, submitted
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.tui.test_served_submit import SERVED
from tests.world import World


def filed(world: World) -> int:
    """Some folders' files, one of them submitted again after it was collected; its log index."""
    chan = world.actor("CHAN01")
    first = submitted(world, chan, b"one").activity.log_index
    world.services.collecting.pick_up(world.actor("OPER02"), first, WHY).close()
    again = submitted(world, chan, b"corrected").activity.log_index
    file(world, ("LOP_01234_20220519.csv", "LOP_01235_20220519.csv"), folder="LOP", version=1)
    return again


async def oper(person: Person, world: World, who: str = "OPER01") -> None:
    await person.sign_in_as(who, world.people[who], world.fresh_otp(who))
    await person.goes_to("Operator")
    await person.sees("Inbox", "to collect")
    await person.chooses("inbox")
    await person.sees("Inbox", "newest first")


async def gives_a_reason(person: Person, words: str) -> None:
    await person.sees("Reason")
    await person.pastes(words)
    await person.press("enter")


async def test_a_resubmission_stands_in_the_inbox_and_is_picked_up_with_a_reason(
    person: Person, world: World, tmp_path: Path
) -> None:
    again = filed(world)
    await oper(person, world)
    await person.sees("3 waiting, 1 of them once more", "SD-1", "Stamp Duty Daily Return", "! resubmitted", "◐ waiting")
    person.keeps("inbox")
    await person.press("d")
    await person.sees("Pick up this file?", NAME)
    person.keeps("inbox_reason")
    await person.press("enter")
    await person.sees("Reason is needed.")
    await gives_a_reason(person, "[bold]for the file[/] of the day")
    await person.sees("Download 9 bytes", "Save")
    target = tmp_path / NAME
    person.app.screen.query_one("#target").value = str(target)  # type: ignore[attr-defined]  # the path field
    await person.press("enter")
    await person.waits_until(target.exists, "for the file")
    assert target.read_bytes() == b"corrected"
    seen = world.services.activity.one(world.actor("CHAN01"), again).counter_receipts
    assert [(act.state, act.reason) for act in seen] == [("collected", "[bold]for the file[/] of the day")]
    await person.press("f5")
    await person.does_not_see("resubmitted")


async def test_a_file_is_returned_and_its_submitter_finds_that_at_home(opens: Opens, world: World) -> None:
    filed(world)
    async with opens() as person:
        await oper(person, world)
        await person.press("r")
        await person.sees("Return this file?", "counts as not filed", "submit it again")
        await gives_a_reason(person, "The totals do not add up.")
        await person.sees("Returned", "Counter-receipt: log index")
        await person.does_not_see("resubmitted")
    (one,) = world.services.home.home(world.actor("CHAN01")).returned
    async with opens() as chan:
        await chan.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await chan.sees("Needs attention", "! ", NAME, "returned", "The totals do not add up.")
        chan.keeps("home_returned")
        await chan.chooses(f"returned/{one.log_index}")
        await chan.sees("returned", "Reason", "The totals do not add up.")
        chan.keeps("activity_returned")


async def test_withdrawing_and_replaying_ask_first_and_say_why_they_cannot(person: Person, world: World) -> None:
    filed(world)
    await oper(person, world)
    await person.press("p")
    await person.sees("Nobody has collected it: it waits already.")
    await person.press("x", "escape")
    assert len(told(world)) == 3
    await person.press("x")
    await person.sees("Withdraw this file?")
    await gives_a_reason(person, "sent to the wrong folder")
    await person.sees("Withdrew", "Counter-receipt")
    await person.press("f")
    await person.sees("Filter", "Show", "Folder", "Input date")
    person.keeps("inbox_filter")
    await person.press("down", "down", "f8")
    await person.sees("collected", "Nothing fits the filter.")
    await person.press("escape")
    await person.sees("LOP_01234_20220519.csv")


async def test_an_auditor_reads_the_list_and_is_told_who_acts(person: Person, world: World) -> None:
    filed(world)
    await oper(person, world, "AUDIT01")
    await person.sees(NAME)
    for key in ("d", "r", "x", "p"):
        await person.press(key)
        await person.sees("Operators do this; auditors see that it was done.")
    assert "pick up" not in person.screen
    person.keeps("inbox_auditor")


REASONS = ("audit", "for the file of the day", 'it\'s "lost" $HOME `id` !x; [/] 陳大文')


@pytest.mark.parametrize("reason", REASONS)
async def test_over_ssh_a_pickup_is_a_line_for_ones_own_terminal_whatever_the_reason(
    opens: Opens, world: World, reason: str
) -> None:
    again = filed(world)
    person_: Served = replace(SERVED, login_id="OPER01")
    async with opens(reach="ssh", served=person_, size=(160, 40)) as person:
        await oper(person, world)
        await person.press("d")
        await gives_a_reason(person, reason)
        await person.sees("Download 9 bytes", "Type this in a terminal")
        await person.press("c")
        by_the_shell = shlex.split(person.app.clipboard)
    command, (sign, name) = by_the_shell[4:-2], by_the_shell[-2:]
    assert shlex.split(" ".join(command)) == ["collect", str(again), "--reason", reason] and (sign, name) == (">", NAME)


async def test_home_leads_to_what_is_to_be_collected_once_more(person: Person, world: World) -> None:
    again = filed(world)
    await person.sign_in_as("OPER01", world.people["OPER01"], world.fresh_otp("OPER01"))
    await person.sees("To collect once more", NAME, "! resubmitted")
    person.keeps("home_operator_again")
    await person.chooses(f"inbox/{again}")
    await person.sees("waiting once more", NAME)
    await person.does_not_see("LOP_01234")
    await person.press("escape")
    await person.sees("LOP_01234")


@pytest.mark.parametrize(("size", "name"), [((40, 12), "inbox_at_40"), ((120, 40), "inbox_at_120")])
async def test_the_inbox_fits_narrow_and_wide_terminals(
    opens: Opens, world: World, size: tuple[int, int], name: str
) -> None:
    filed(world)
    async with opens(size=size) as person:
        await oper(person, world)
        await person.sees("SD-1")
        person.keeps(name)
