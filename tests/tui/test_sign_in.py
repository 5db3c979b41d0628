"""Landing, signing in, and what is answered when it fails (FAQ Q1, Q3, Q15)."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from tests.tui.conftest import Opens
from tests.tui.driver import Cuttable, Person
from tests.world import World


async def test_from_the_landing_page_through_client_connect_to_home(person: Person, world: World) -> None:
    await person.opens_sign_in()
    person.keeps("sign_in")
    await person.fills_in("chan01", world.people["CHAN01"].password, world.fresh_otp("CHAN01"))
    await person.press("enter")
    await person.sees("Home", "Acme Securities · CHAN01 · until", "Good afternoon, Chan Tai Man")


async def test_a_pasted_one_time_password_may_hold_spaces(person: Person, world: World) -> None:
    otp = world.fresh_otp("CHAN01")
    await person.opens_sign_in()
    await person.fills_in("CHAN01", world.people["CHAN01"].password, f" {otp[:3]} {otp[3:]}\n")
    await person.press("enter")
    await person.sees("Home", "CHAN01 · until")


async def test_a_wrong_password_gets_the_generic_1001_and_keeps_the_login_id(person: Person, world: World) -> None:
    await person.opens_sign_in()
    await person.fills_in("CHAN01", "wrong horse battery staple", world.fresh_otp("CHAN01"))
    await person.press("enter")
    await person.sees("1001", "Sign-in refused", "Passwords of the existing ECP", "CHAN01")
    person.keeps("sign_in_refused")


async def test_the_sixth_try_says_that_the_account_is_locked(person: Person) -> None:
    await person.opens_sign_in()
    await person.fills_in("CHAN01", "wrong horse battery staple", "000000")
    for _ in range(5):
        await person.press("f8")
        await person.sees("1001")
        person.app.screen.query_one("#otp").focus()
        await person.pastes("000000")
        await person.waits_until(lambda: "000000" in person.screen, "to see the code typed")
    await person.press("f8")
    await person.sees("1002", "Account locked", "your delegated administrators", "F4 takes the code")
    await person.does_not_see("000000")


async def test_a_one_time_password_that_cannot_be_one_is_not_sent(person: Person) -> None:
    await person.opens_sign_in()
    await person.fills_in("CHAN01", "correct horse battery staple", "12345")
    await person.press("enter")
    await person.sees("A One-Time-Password has 6 digits, a recovery code two groups of five.")
    await person.does_not_see("1001")


async def test_f4_leads_to_recover_with_the_login_id_filled(person: Person) -> None:
    await person.opens_sign_in()
    await person.pastes("chan01")
    await person.press("f4")
    await person.sees("I have a code from a mail", "Forgotten password", "chan01")
    await person.press("escape")
    await person.sees("Sign in to Client Connect", "chan01")


async def test_forgot_password_is_a_button_too(person: Person) -> None:
    await person.opens_sign_in()
    person.app.screen.query_one("#forgot").focus()
    await person.press("enter")
    await person.sees("I have a code from a mail")


async def test_a_lost_phone_is_stood_in_for_by_a_recovery_code_once(person: Person, world: World) -> None:
    client = world.client("CHAN01")
    codes = (await client.new_recovery_codes(world.fresh_otp("CHAN01"))).codes
    await client.close()
    await person.opens_sign_in()
    await person.fills_in("CHAN01", world.people["CHAN01"].password, codes[0].lower())
    await person.press("enter")
    await person.sees("Good afternoon, Chan Tai Man")


async def test_a_page_that_waited_too_long_gets_1003_with_both_ways_in(person: Person, world: World) -> None:
    await person.opens_sign_in()
    await person.pastes("CHAN01")
    world.clock.move(minutes=6)
    await person.sees("1003", "Sign-in expired", "Landing page", "Client Connect menu", "CHAN01")
    person.keeps("sign_in_expired")
    await person.press("f8")
    await person.sees("This sign-in expired: choose one of the two ways in.")
    await person.press("enter")
    await person.sees("Welcome")
    await person.opens_sign_in()
    await person.sees("CHAN01")


async def test_a_bookmark_gets_1003_and_the_menu_of_client_connect_leads_in(opens: Opens, world: World) -> None:
    async with opens(at_sign_in=True) as person:
        await person.sees("Sign in to Client Connect")
        who = world.people["CHAN01"]
        await person.fills_in("CHAN01", who.password, world.fresh_otp("CHAN01"))
        await person.press("enter")
        await person.sees("1003")
        await person.press("tab", "enter")
        await person.sees("waits until")
        await person.press("f8")
        await person.sees("Profile", "Forms", "Enter opens ECP 2.0")
        person.keeps("client_connect")
        await person.press("enter")
        await person.sees("Good afternoon, Chan Tai Man")


async def test_the_password_of_the_form_cannot_be_copied(person: Person) -> None:
    await person.opens_sign_in()
    await person.fills_in("CHAN01", "correct horse battery staple")
    await person.press("ctrl+shift+a", "ctrl+c", "ctrl+x")
    assert person.app.clipboard == ""
    await person.sees("•" * 28)


async def test_a_server_that_is_down_gets_9001_and_nothing_typed_is_lost(opens: Opens, world: World) -> None:
    line = Cuttable(app=world.app, raise_app_exceptions=False)
    async with opens(transport=line) as person:
        await person.opens_sign_in()
        await person.fills_in("CHAN01", world.people["CHAN01"].password, world.fresh_otp("CHAN01"))
        line.down = True
        await person.press("enter")
        await person.sees("9001", "Cannot reach the server", "what you typed is kept", "CHAN01")
        line.down = False
        await person.press("f8")
        await person.sees("Good afternoon, Chan Tai Man")


async def test_what_is_typed_behind_a_tab_in_one_packet_is_in_the_next_field(person: Person, world: World) -> None:
    await person.opens_sign_in()
    for key in [*"CHAN01", "tab", *"abc", "tab", *"123", "shift+tab", "d"]:
        person.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await person.pilot.pause()
    values = [field.value for field in person.app.screen.query(Input)]
    assert values == ["CHAN01", "abcd", "123"]
