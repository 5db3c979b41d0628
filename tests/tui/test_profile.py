"""Profile: one's own account, password, authenticator, recovery codes and sessions."""

from __future__ import annotations

from base64 import b32decode

import pytest

from backend.adapters.one_time_codes import code, step_at
from ecp_tui.screens.authenticator import AuthenticatorScreen
from ecp_tui.screens.profile import ProfileScreen
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import NEW_PASSWORD, World

pytestmark = pytest.mark.usefixtures("same_secrets")


async def opens_profile(person: Person) -> None:
    await person.press("ctrl+p")
    await person.types("authenticator")
    await person.press("enter")
    await person.sees("Recovery codes", "Change password", "Last sign-in")


async def test_the_profile_says_who_one_is_and_what_one_may_change(chan: Person, world: World) -> None:
    await opens_profile(chan)
    await chan.sees("Chan Tai Man", "business user of Acme Securities", "chan01@acme.example", "EU_SD1", "01234 Acme")
    await chan.sees(world.account("CHAN01").phone, "Authenticator", "only this one is open")
    chan.keeps("profile")
    await chan.press("c")
    await chan.sees("Only what stands above the acts can be copied.")
    await chan.chooses("fact/E-mail")
    await chan.sees("E-mail: ask your delegated administrators where it is wrong.")
    await chan.press("c")
    assert chan.app.clipboard == "chan01@acme.example"


async def test_few_recovery_codes_are_warned_of(chan: Person, world: World) -> None:
    await opens_profile(chan)
    await chan.sees("! none left: make new ones")
    await chan.chooses("act/codes")
    await chan.sees("Ten new recovery codes are made.", "6 digits")
    await chan.pastes("000000")
    await chan.press("enter")
    await chan.sees("not right")
    chan.keeps("profile_codes_otp")
    await chan.pastes(world.fresh_otp("CHAN01"))
    await chan.press("enter")
    await chan.sees("Ten recovery codes", "Those before are worth nothing now.")
    await chan.press("enter")
    await chan.sees("10 left", "Change password")


async def test_a_password_is_changed_with_the_old_one_and_a_one_time_password(chan: Person, world: World) -> None:
    await opens_profile(chan)
    await chan.press("enter")
    await chan.sees("Change password", "all your other sessions.", "15 to 128")
    chan.keeps("profile_password")
    await chan.fills_in("wrong horse battery staple", NEW_PASSWORD, world.fresh_otp("CHAN01"))
    await chan.press("enter")
    await chan.sees("✕ ", "Change password")
    chan.keeps("profile_password_refused")
    old = chan.app.screen.query_one("#password")
    old.value = world.people["CHAN01"].password  # type: ignore[attr-defined]  # a field
    await chan.pastes(world.fresh_otp("CHAN01"))
    await chan.press("enter")
    await chan.sees("The new password stands; all other sessions ended.", "Last sign-in")


async def test_a_new_authenticator_counts_once_it_is_confirmed(chan: Person, world: World) -> None:
    await opens_profile(chan)
    await chan.chooses("act/authenticator")
    await chan.sees("The one at hand counts until the new one is confirmed.")
    chan.keeps("profile_authenticator")
    await chan.fills_in(world.people["CHAN01"].password, world.fresh_otp("CHAN01"))
    await chan.press("enter")
    await chan.sees("Scan it")
    page = chan.app.screen
    assert isinstance(page, AuthenticatorScreen)
    await chan.pastes("000000")
    await chan.press("enter")
    await chan.sees("✕ ")
    await chan.pastes(code(b32decode(page._enrolment.secret), step_at(world.clock.now())))
    await chan.press("enter")
    await chan.sees("Ten recovery codes")
    await chan.press("enter")
    await chan.sees("Authenticator", "since 20 May 2022", "10 left")


async def test_a_lost_session_is_ended_from_another_and_all_others_at_once(
    chan: Person, opens: Opens, world: World
) -> None:
    async with opens() as other:
        await other.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await other.sees("Good afternoon")
        await opens_profile(chan)
        await chan.sees("2 open sessions")
        await chan.chooses("act/sessions")
        await chan.sees("Your sessions", "2 sessions", "● this", "127.0.0.1", "console")
        chan.keeps("profile_sessions")
        await chan.press("down", "x")
        await chan.sees("End the session?", "signed out at once", "Keep it")
        chan.keeps("profile_sessions_end")
        await chan.press("y")
        await chan.sees("1 session ·")
        await other.press("f5")
        await other.sees("1005", "Sign in to Client Connect")
        await other.fills_in(world.people["CHAN01"].password, world.fresh_otp("CHAN01"))
        await other.press("enter")
        await other.sees("Good afternoon")
        await chan.press("f5")
        await chan.sees("2 sessions ·")
        await chan.press("tab", "enter")
        await chan.sees("End all others?", "1 other session", "Keep them")
        await chan.press("y")
        await chan.sees("1 session ·")
        await other.press("f5")
        await other.sees("1005")


async def test_ending_the_own_session_is_signing_out(chan: Person) -> None:
    await opens_profile(chan)
    await chan.chooses("act/sessions")
    await chan.sees("1 session ·")
    await chan.press("x")
    await chan.sees("End this session?", "you are signed out")
    await chan.press("n")
    await chan.sees("1 session ·")
    await chan.press("x", "y")
    await chan.sees("Welcome")


async def test_signing_out_is_an_act_of_the_profile(chan: Person) -> None:
    await opens_profile(chan)
    await chan.chooses("act/sign_out")
    await chan.sees("Welcome")
    await chan.does_not_see("CHAN01 · until")


async def test_an_administrator_sees_what_they_administer_and_a_small_terminal_scrolls(
    opens: Opens, world: World
) -> None:
    async with opens(size=(60, 16)) as person:
        await person.sign_in_as("WONGDA1", world.people["WONGDA1"], world.fresh_otp("WONGDA1"))
        await opens_profile(person)
        assert isinstance(person.app.screen, ProfileScreen)
        await person.sees("Client Connect, ECP", "Change password")
        await person.press("G")
        await person.sees("Sign out")
