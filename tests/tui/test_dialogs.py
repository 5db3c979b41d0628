"""Lists to choose from, questions, and the words that come and go at the bottom of a page."""

from __future__ import annotations

from textual import events

from tests.tui.administrators import consoles
from tests.tui.conftest import Opens
from tests.tui.driver import Cuttable, Person
from tests.world import World


def at_once(person: Person, *keys: tuple[str, str | None]) -> None:
    """Keys typed faster than any page is painted."""
    for key, character in keys:
        person.app.post_message(events.Key(key, character))


async def test_a_digit_typed_right_after_ctrl_o_goes_to_its_place(chan: Person) -> None:
    await chan.goes_to("Submit")
    await chan.sees("File Submission")
    at_once(chan, ("ctrl+o", None), ("4", "4"))
    await chan.sees("Activity Enquiry")
    await chan.does_not_see("Go to")
    await chan.goes_to("Submit")
    assert chan.app.screen.query_one("#file").value == ""  # type: ignore[attr-defined]  # a TextField


async def test_words_typed_right_after_ctrl_p_filter_the_menu(chan: Person) -> None:
    await chan.goes_to("Submit")
    await chan.sees("File Submission")
    at_once(chan, ("ctrl+p", None), *((letter, letter) for letter in "light"), ("enter", None))
    await chan.waits_until(lambda: chan.app.theme == "ecp-light", "to have the light look")


async def test_the_menu_has_the_places_before_what_moves_a_list(chan: Person) -> None:
    await chan.press("ctrl+p")
    await chan.sees("Menu", "Submit a file", "What needs you today", "Folders and their rules")
    assert "One step back" not in chan.screen and "Open the row" not in chan.screen


async def test_the_menu_finds_a_user_by_name_and_opens_their_page(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "WONGDA1") as (wong,):
        await wong.goes_to("Users")
        await wong.sees("LEE02")
        await wong.press("ctrl+p")
        await wong.types("siu fong")
        await wong.press("enter")
        await wong.sees("Users › LEE02")
        await wong.press("6")
        await wong.sees("5 of 20")
        await wong.does_not_see("Users › LEE02")


async def test_help_is_not_called_help_for_help(person: Person) -> None:
    await person.goes_to("Help")
    await person.sees("type a word")
    await person.press("f1")
    await person.sees("Stay, sign out or quit")
    await person.does_not_see("Help for Help")


async def test_a_digit_on_the_transfers_opens_its_place_and_none_is_left_on_them(chan: Person) -> None:
    await chan.goes_to("Submit")
    await chan.sees("File Submission")
    await chan.press("f7")
    await chan.sees("Transfers")
    await chan.press("3")
    await chan.sees("File Submission")
    await chan.press("f7")
    await chan.sees("Transfers")
    await chan.press("1")
    await chan.sees("Due today")
    await chan.press("3")
    await chan.sees("File Submission")


async def test_arrows_move_between_the_answers_and_letters_give_them(chan: Person) -> None:
    await chan.press("ctrl+q")
    await chan.sees("Leave ECP 2.0?", "s stay · o sign out · q quit · Esc stay")
    chan.keeps("leave")
    await chan.press("right")
    assert chan.app.focused is not None and chan.app.focused.id == "sign_out"
    await chan.press("right", "left", "left")
    assert chan.app.focused is not None and chan.app.focused.id == "stay"
    await chan.press("s")
    await chan.does_not_see("Leave ECP 2.0?")
    await chan.press("ctrl+q", "o")
    await chan.sees("Welcome")


async def test_the_newest_words_replace_those_before_and_none_follow_to_another_page(person: Person) -> None:
    await person.sees("Client Connect", "times")
    await person.press("1", "2", "3")
    await person.sees("Submit: sign in first.")
    await person.does_not_see("Home: sign in first.", "Folders: sign in first.")
    await person.press("9")
    await person.sees("type a word")
    await person.does_not_see("sign in first.")


async def test_signing_out_of_a_server_that_is_down_says_what_becomes_of_the_session(
    opens: Opens, world: World
) -> None:
    line = Cuttable(app=world.app, raise_app_exceptions=False)
    async with opens(transport=line) as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        line.down = True
        await person.press("ctrl+q", "tab", "enter")
        await person.sees("Welcome", "The session is forgotten here; on the server it ends by itself.")
        assert person.app.context.client.token is None
