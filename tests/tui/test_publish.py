"""Publish: a form as File Submission's, a review that says whom it reaches, and who has fetched what stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from backend.contract.messages import ActivityFilter
from tests.publishing import NAME, publish
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.tui.test_served_submit import SERVED, sends, ticket_on
from tests.world import World

PRICES = "CLP_20220520.csv"
_ALL = ActivityFilter()
DATA = b"stock,close\r\n00005,68.40\r\n"


async def oper(person: Person, world: World, who: str = "OPER01") -> None:
    await person.sign_in_as(who, world.people[who], world.fresh_otp(who))
    await person.press("ctrl+p")
    await person.types("Publish")
    await person.press("enter")
    await person.sees("Publish", "What stands in the download folders")


def fetched(world: World, who: str = "CHAN01") -> None:
    downloads, actor = world.services.downloads, world.actor(who)
    downloads.open(actor, downloads.find(actor, "01234", "RPT-CLP", PRICES)).close()


async def test_one_file_is_published_to_everybody_and_the_list_says_who_fetched_it(
    person: Person, world: World, tmp_path: Path
) -> None:
    (tmp_path / PRICES).write_bytes(DATA)
    await oper(person, world)
    await person.sees("Nothing stands. n publishes a file.")
    await person.press("n")
    await person.sees("Publish a file", "Folder", "Mail notice")
    await person.pastes(str(tmp_path / PRICES))
    await person.sees("RPT-CLP", "Closing Prices")
    person.keeps("publish_form")
    await person.press("f8")
    await person.sees("Choose whom it is for")
    await person.press("down")
    await person.sees("everybody", "reaches 6", "not published yet · reaches 6 identities")
    await person.press("tab", "down", "f8")
    await person.sees("Review", "everybody: 6 identities", "New for 6 identities.", "SHA-256", "to 5 accounts")
    person.keeps("publish_review")
    await person.press("enter")
    await person.sees("Fetched by", "0 of 6", "● published", "6 not fetched yet")
    fetched(world)
    await person.press("f5")
    await person.sees("1 of 6", "↓ fetched", "5 not fetched yet")
    person.keeps("publish_who")
    await person.press("escape")
    await person.sees(PRICES, "everybody", "◐ 1 of 6", "fetched by 1 of 6, 5 identities have not")
    person.keeps("publish")
    waiting = [one.file_name for one in world.services.home.home(world.actor("LEE02")).downloads]
    assert waiting == [PRICES]


async def test_what_is_wrong_is_said_beside_the_file_before_anything_is_sent(
    person: Person, world: World, tmp_path: Path
) -> None:
    (tmp_path / NAME).write_bytes(DATA)
    publish(world, b"before")
    await oper(person, world)
    await person.press("n")
    await person.pastes(str(tmp_path / "absent.csv"))
    await person.sees("✕ no file")
    await person.press("ctrl+u")
    await person.pastes(str(tmp_path / NAME))
    await person.sees("one identity", "01234", "reaches 1 identity, replaces a version for 1")
    await person.press("tab", "tab", "down", "tab", "tab", "f8")
    await person.sees("4505", "does not agree for 01235, 09999")
    person.keeps("publish_4505")
    await person.press("f6")
    await person.sees("one identity", "reaches 1 identity")
    await person.press("f8")
    await person.sees("Replaces what stands for 1 identity: version 1", "Replace file")
    await person.press("enter")
    await person.sees("version 2", "0 of 1")


async def test_a_file_is_withdrawn_for_one_and_then_for_everybody_with_a_reason(person: Person, world: World) -> None:
    publish(world, DATA, PRICES, folder="RPT-CLP", identity_code="ALL")
    await oper(person, world)
    await person.press("enter")
    await person.sees("who has it", "01234")
    await person.press("x")
    await person.sees("Withdraw this file?", "Identity 01234 will not find it any more")
    await person.press("enter")
    await person.sees("Reason is needed.")
    await person.pastes("the prices of [another] day")
    await person.press("enter")
    await person.sees("Withdrew", "0 of 5")
    await person.press("escape", "x")
    await person.sees("5 identities will not find it")
    await person.pastes("all of it")
    await person.press("enter")
    await person.sees("Nothing stands.")
    seen = world.services.activity.page(world.actor("CHAN01"), _ALL, None, 5).items
    assert "the prices of [another] day" in [one.reason for one in seen]


async def test_over_ssh_a_file_to_be_published_comes_by_a_ticket(opens: Opens, world: World) -> None:
    async with opens(reach="ssh", served=replace(SERVED, login_id="OPER01")) as person:
        await oper(person, world)
        await person.press("n")
        await person.pastes(PRICES)
        await person.press("tab", "tab", "down", "f8")
        await person.sees("In another terminal", "waiting for the file", "for everybody")
        await sends(world, ticket_on(person), DATA)
        await person.press("f5")
        await person.sees("Review", PRICES, "everybody: 6 identities", "what came from")
        await person.press("enter")
        await person.sees("Fetched by", "0 of 6")


async def test_an_auditor_sees_who_has_what_and_is_told_who_acts(person: Person, world: World) -> None:
    publish(world, DATA, PRICES, folder="RPT-CLP", identity_code="TYPE-SEHK")
    await oper(person, world, "AUDIT01")
    await person.sees(PRICES, "user type SEHK")
    for key in ("n", "x"):
        await person.press(key)
        await person.sees("Operators do this; auditors see that it was done.")
    await person.press("enter")
    await person.sees("who has it", "not fetched yet")
