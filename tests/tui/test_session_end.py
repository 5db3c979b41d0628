"""The end of a session: told two minutes before, kept by a key where it can be, and nothing typed is lost."""

from __future__ import annotations

from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World


async def test_an_idle_session_warns_two_minutes_before_and_f5_keeps_it(chan: Person, world: World) -> None:
    await chan.sees("Due today", "until 16:30")
    world.clock.move(minutes=28, seconds=15)
    await chan.sees("ends in", "Nothing was asked for a while:", "F5 keeps it.", "What is on your pages is kept.")
    chan.keeps("session_warning")
    await chan.press("f5")
    await chan.sees("CHAN01 · until 16:58")
    world.clock.move(minutes=20)
    await chan.press("f5")
    await chan.does_not_see("1005")
    await chan.sees("Due today")


async def test_f5_keeps_the_session_on_a_page_that_asks_nothing_itself(chan: Person, world: World) -> None:
    await chan.goes_to("Help")
    await chan.sees("Q1")
    world.clock.move(minutes=28, seconds=15)
    await chan.sees("F5 keeps it.")
    await chan.press("f5")
    await chan.sees("CHAN01 · until 16:58")


async def test_the_longest_a_session_lasts_is_said_differently_and_no_key_extends_it(
    chan: Person, world: World
) -> None:
    await chan.sees("Due today")
    for _ in range(35):
        world.clock.move(minutes=20)
        await chan.app.context.client.me(background=False)
    world.clock.move(minutes=18, seconds=20)
    await chan.sees("ends in 100 s", "whatever you do: no session lasts longer")
    await chan.does_not_see("F5 keeps it")
    chan.keeps("session_warning_absolute")
    await chan.press("f5")
    world.clock.move(minutes=2)
    await chan.sees("1005", "Sign in to Client Connect")


async def test_a_new_user_being_typed_survives_the_idle_end(opens: Opens, world: World) -> None:
    async with opens() as person:
        await person.sign_in_as("WONGDA1", world.people["WONGDA1"], world.fresh_otp("WONGDA1"))
        await person.goes_to("Users")
        await person.sees("5 of 20")
        await person.press("n")
        await person.sees("New user")
        await person.fills_in("KWOK03", "Kwok Wing")
        world.clock.move(minutes=16)
        await person.sees("1005", "Sign in to Client Connect")
        await person.does_not_see("Kwok Wing")
        await person.fills_in(world.people["WONGDA1"].password, world.fresh_otp("WONGDA1"))
        await person.press("enter")
        await person.sees("New user", "KWOK03", "Kwok Wing")
