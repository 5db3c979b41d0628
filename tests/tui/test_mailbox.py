"""The demo's mailbox: every mail that its platform sent, and the way from a mail to where its code is used."""

from __future__ import annotations

import pytest

from backend.contract.rules.codes import grouped
from ecp_tui.pastes import code_in, find_code
from tests.tui.driver import Person
from tests.world import World

pytestmark = pytest.mark.usefixtures("same_secrets")


async def opens_mailbox(visitor: Person) -> None:
    await visitor.sees("Who would you like to be?", "Mailbox")
    visitor.app.screen.query_one("#mailbox").focus()
    await visitor.press("enter")
    await visitor.sees("that this demo sent")


async def test_the_code_of_a_mail_is_copied_or_used_and_esc_leads_back_to_the_landing_page(
    visitor: Person, world: World
) -> None:
    mailed = grouped(world.issue("LEE02", "unlock"))
    await opens_mailbox(visitor)
    await visitor.sees("1 mail", "lee02@acme", "Dear Lee Siu Fong")
    await visitor.press("c")
    await visitor.sees("Sent to the terminal's clipboard", mailed)
    await visitor.press("enter")
    await visitor.sees("From", "lee02@acme.example", "Use this code")
    await visitor.press("pagedown")
    await visitor.does_not_see("Dear Lee Siu Fong")
    await visitor.press("pageup")
    await visitor.sees("Dear Lee Siu Fong")
    await visitor.press("enter")
    await visitor.sees("Recover", mailed, "● complete")
    await visitor.press("escape", "escape", "escape")
    await visitor.sees("Who would you like to be?")


async def test_a_mail_that_comes_meanwhile_appears_by_itself(visitor: Person, world: World) -> None:
    await opens_mailbox(visitor)
    await visitor.sees("There is no mail yet.", "0 mails")
    await visitor.press("c")
    await visitor.sees("There is no code in this mail.")
    world.issue("CHAN01", "reset")
    await visitor.sees("1 mail", "chan01@acme")


async def test_the_demo_page_leads_to_it(visitor: Person) -> None:
    await visitor.sees("Who would you like to be?")
    await visitor.press("ctrl+p")
    await visitor.types("sample")
    await visitor.press("enter")
    await visitor.sees("Sample files", "the mails that this demo sent")
    await visitor.chooses("mailbox")
    await visitor.sees("There is no mail yet.")


async def test_outside_the_demo_there_is_no_mailbox(person: Person) -> None:
    await person.sees("version 0.1.0")
    await person.does_not_see("Mailbox")


def test_a_code_is_found_in_a_mail_and_nothing_else_is_taken_for_one(world: World) -> None:
    mailed = grouped(world.issue("CHAN01", "reset"))
    assert find_code(world.mails("CHAN01")[0].text) == mailed
    assert find_code("This mail says that only four more days were left for you") is None
    assert find_code(mailed[:-1] + ("0" if mailed[-1] != "0" else "1")) is None
    assert code_in(f"ecp recover {mailed[:-7]}") == mailed[:-7]
    assert len(code_in("x" * 5000)) <= 200
