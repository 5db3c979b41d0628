"""Inbox: operators pick up, return, withdraw and replay, each with a reason; submitters see it; auditors look."""

from __future__ import annotations

from pathlib import Path

from tests.adapters.filing import file
from tests.inbox import WHY, told
from tests.submitting import NAME, submitted
from tests.tui.conftest import Opens
from tests.tui.driver import Person
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
    await person.goes_on_to("inbox")
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
