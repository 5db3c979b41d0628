"""The footer offers what a role can do: auditors look, and the operator's staff file nothing."""

from __future__ import annotations

import pytest

from tests.tui.driver import Person
from tests.world import World


def footer(person: Person) -> str:
    return person.screen.splitlines()[-1]


@pytest.mark.parametrize("login_id", ["AUDIT01", "OPER01"])
async def test_the_operators_staff_are_not_offered_to_submit_a_file(
    person: Person, world: World, login_id: str
) -> None:
    await person.sign_in_as(login_id, world.people[login_id], world.fresh_otp(login_id))
    assert "submit" not in footer(person)
    await person.goes_to("Activity")
    await person.sees("Activity")
    assert "submit" not in footer(person) and "filter" in footer(person)


async def test_an_auditor_is_offered_no_act_on_users_and_companies(person: Person, world: World) -> None:
    await person.sign_in_as("AUDIT01", world.people["AUDIT01"], world.fresh_otp("AUDIT01"))
    await person.goes_to("Users")
    await person.sees("OPER01")
    assert "new user" not in footer(person) and "find" in footer(person)
    await person.press("enter")
    await person.sees("Users › AUDIT01")
    assert "suspend" not in footer(person) and "change" not in footer(person)
    await person.goes_on_to("companies")
    await person.sees("5 of 20")
    assert "close" not in footer(person) and "key in" not in footer(person)
