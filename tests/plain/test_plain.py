"""Accessible mode told as stories: signing in, filing, finding, verifying, deciding."""

from __future__ import annotations

import asyncio

from tests.plain.conftest import CTRL_C, Listener
from tests.tui.administrators import KWOK, asks
from tests.world import World


def test_somebody_signs_in_after_a_refusal_and_hears_who_they_are_and_what_they_can_do(listener: Listener) -> None:
    said = listener.hears("1", "CHAN01", "wrong", "123456", *listener.signing_in("CHAN01")[1:], "0", "y", "0")
    assert "1001 Sign-in refused: Login ID, password" in said and "Signed in as CHAN01" in said
    assert "7. Approvals: Change requests to check: not for you, for delegated administrators" in said
    assert said.endswith("Left.\n") and "Signed out." in said
    assert "\x1b" not in said and listener.world.people["CHAN01"].password not in said


def test_an_account_without_functions_hears_2000_what_it_holds_and_whom_to_ask(listener: Listener) -> None:
    login_id = next(one for one in listener.world.people if listener.world.account(one).kind == "da")
    said = listener.as_(login_id, "1", "0", "3")
    assert "2000" in said and "Functions held: none" in said and "Ask: " in said
    assert "Your Client Connect session stays valid." in said


def test_question_marks_say_where_one_is_and_nonsense_is_told(listener: Listener) -> None:
    said = listener.as_("CHAN01", "?", "99", "\x1b[A", "x" * 5000, CTRL_C, "n")
    assert "You are at: Main menu. Type a number from 1 to" in said
    assert "There is no 99 here." in said and "keys that are no text" in said and "longer than 4,096" in said


def test_a_session_that_ended_is_opened_again_and_one_goes_on_where_one_was(listener: Listener, world: World) -> None:
    def later() -> str:
        world.clock.move(hours=2)
        return "1"

    again = ("", world.people["CHAN01"].password, lambda: world.fresh_otp("CHAN01"))
    said = listener.as_("CHAN01", "4", "0", later, *again)
    assert "1005 Session ended" in said and "You go on where you were." in said
    assert said.index("You go on where you were.") < said.index("What needs you.")


def test_a_checker_hears_each_change_as_a_sentence_and_approves_with_a_code(listener: Listener, world: World) -> None:
    company = world.account("CHAN01").company
    found = (world.account(one) for one in world.people)
    maker, checker = [one.login_id for one in found if one.kind == "da" and one.company == company][:2]
    request = asyncio.run(asks(world, maker, KWOK))
    world.clock.move(minutes=1)

    def stale() -> str:
        world.clock.move(minutes=6)
        return "2"

    said = listener.as_(checker, "7", "1", stale, "y", lambda: world.fresh_otp(checker), "0", "0")
    assert "becomes " in said and "1006" in said
    assert f"Request {request.id} is applied." in said
    assert world.account("KWOK03").state == "invited"
