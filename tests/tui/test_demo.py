"""The demo by hand: no phone, people who joined, and what was changed in it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from backend.contract.messages import DemoWorld
from backend.demo.routes import demo_routes
from backend.doors.http import create_app
from ecp_tui.screens.profile import ProfileScreen
from ecp_tui.widgets.password import OtpField
from ecp_tui.widgets.table import Row, Table
from tests.tui.administrators import KWOK, settles
from tests.tui.conftest import DEMO, Opens
from tests.tui.driver import Person
from tests.world import NEW_PASSWORD, World

pytestmark = pytest.mark.usefixtures("same_secrets")


async def becomes(visitor: Person, login_id: str) -> None:
    """Chosen on the landing page, and signed in with what was filled in."""
    await visitor.sees("Who would you like to be?")
    await visitor.chooses(login_id)
    await visitor.sees("Enter signs in")
    await visitor.press("enter")
    await visitor.sees(f"{login_id} · until")


async def opens_mail(visitor: Person) -> None:
    """The newest one, and its code."""
    await visitor.sees("Who would you like to be?")  # only then is it known to be a demo
    await visitor.press("ctrl+p")
    await visitor.types("mailbox")
    await visitor.press("enter")
    await uses_newest_mail(visitor)


async def uses_newest_mail(visitor: Person) -> None:
    await visitor.sees("that this demo sent")
    await visitor.press("enter")
    await visitor.sees("Use this code")
    await visitor.press("enter")
    await visitor.sees("● complete")
    await visitor.press("f8")


async def test_an_invitation_is_taken_up_without_a_phone_and_its_owner_is_somebody_one_can_be(
    visitor: Person, world: World
) -> None:
    await settles(world, "WONGDA1", "LEEDA2", KWOK)
    await visitor.press("f5")
    await visitor.waits_until(lambda: "KWOK03" in [row.key for row in people(visitor)], "for who was invited")
    await visitor.press("G")
    await visitor.sees("KWOK03, Acme Securities: a mail in the Mailbox leads in: Enter")
    await visitor.press("up")
    await visitor.sees("◐ invited")
    visitor.keeps("landing_demo_invited")
    await visitor.press("down", "enter")
    await uses_newest_mail(visitor)
    await visitor.sees("Welcome, 陳大文")
    await visitor.fills_in(NEW_PASSWORD)
    await visitor.press("enter")
    await visitor.sees("Add it to your authenticator", "F9 fills it in", "the demo's own authenticator")
    visitor.keeps("demo_enrolment")
    await visitor.press("f9")
    await visitor.waits_until(lambda: visitor.app.screen.query_one(OtpField).complete, "for the code")
    await visitor.press("enter")
    await visitor.sees("Ten recovery codes")
    await visitor.press("enter")
    await visitor.sees("Sign in to Client Connect", "KWOK03")
    await visitor.fills_in(NEW_PASSWORD)
    world.clock.move(seconds=30)
    await visitor.press("tab", "f9")
    await visitor.waits_until(lambda: visitor.app.screen.query_one(OtpField).complete, "for the code")
    await visitor.press("enter")
    await visitor.sees("KWOK03 · until")
    await visitor.press("ctrl+q")
    await visitor.sees("Sign out")
    await visitor.press("tab", "enter")
    await visitor.sees("Who would you like to be?")
    visitor.app.screen.query_one(Table).focus()
    await visitor.press("G")
    await visitor.sees("陳大文", "joined in this demo", "Acme Securities: Sign in with the password you chose")
    visitor.keeps("landing_demo_joined")
    await visitor.press("enter")
    await visitor.sees("You chose this password in this demo: type it. The code is filled in.")
    visitor.keeps("sign_in_demo_joined")
    await visitor.fills_in(NEW_PASSWORD)
    world.clock.move(seconds=30)
    await visitor.press("f8")
    await visitor.sees("KWOK03 · until")


def people(visitor: Person) -> tuple[Row, ...]:
    return visitor.app.screen.query_one(Table).rows


async def test_a_forgotten_password_is_set_anew_without_a_phone(visitor: Person, world: World) -> None:
    world.issue("CHAN01", "reset")
    await opens_mail(visitor)
    await visitor.sees("Choose a new password", "F9 fills it in")
    await visitor.fills_in(NEW_PASSWORD)
    await visitor.press("tab", "f9")
    await visitor.waits_until(lambda: visitor.app.screen.query_one(OtpField).complete, "for the code")
    await visitor.press("enter")
    await visitor.sees("The new password stands.")


async def test_inside_a_session_a_code_is_filled_in_and_waited_for_where_it_is_not_due(
    visitor: Person, world: World
) -> None:
    await becomes(visitor, "CHAN01")
    await visitor.press("ctrl+p")
    await visitor.types("authenticator")
    await visitor.press("enter")
    await visitor.waits_until(lambda: isinstance(visitor.app.screen, ProfileScreen), "for the profile")
    await visitor.sees("Recovery codes")
    await visitor.chooses("act/codes")
    await visitor.sees("Ten new recovery codes are made.", "F9 fills it in")
    visitor.keeps("demo_confirm")
    spent = world.account("CHAN01").last_step
    late = (spent + 1) * 30 - 1
    world.platform.store.write(lambda unit: unit.spend_step(world.account("CHAN01").id, spent + 2))
    world.clock.move(seconds=late - world.clock.now().timestamp() + 30)
    await visitor.press("f9")
    await visitor.sees("Waiting 1 s for a new code …")
    world.clock.move(seconds=1)
    await visitor.waits_until(lambda: visitor.app.screen.query_one(OtpField).complete, "for the code")
    await visitor.press("enter")
    await visitor.sees("Ten recovery codes")


async def test_outside_the_demo_the_key_says_who_shows_the_code(person: Person) -> None:
    await person.opens_sign_in()
    await person.press("tab", "tab", "f9")
    await person.sees("Your authenticator shows the code.", "6 digits, or a recovery code")


async def test_the_list_of_people_scrolls_below_the_ways_in(visitor: Person) -> None:
    await visitor.sees("Client Connect      Apply", "Who would you like to be?")
    await visitor.press("G")
    await visitor.sees("AUDIT01", "Client Connect")
    await visitor.press("g")
    await visitor.sees("CHAN01")


@pytest.mark.parametrize("local", [True, False])
async def test_the_ssh_configuration_names_the_demos_own_files_where_they_are_on_this_computer(
    opens: Opens, world: World, tmp_path: Path, local: bool
) -> None:
    folder = tmp_path / "50% of it"
    folder.mkdir()
    for name in ("CHAN01", "known_hosts"):
        (folder / name).touch()
    keys = {"CHAN01": str(folder / "CHAN01"), "TAI09": str(folder / "TAI09")}
    there = DEMO.model_copy(update={"keys": keys, "known_hosts": str(folder / "known_hosts")})
    async with opens(transport=transport(world, there), reach="here" if local else "ssh") as visitor:
        await becomes(visitor, "CHAN01")
        await visitor.goes_to("SFTP access")
        await visitor.sees("steps done")
        await visitor.press("c")
    block = visitor.app.clipboard
    quoted = str(folder).replace("%", "%%")
    assert (f'    IdentityFile "{quoted}{os.sep}CHAN01"\n' in block) is local
    assert (f'    UserKnownHostsFile "{quoted}{os.sep}known_hosts"\n' in block) is local
    assert ("IdentityFile ~/.ssh/ecp_chan01\n" in block) is not local


def transport(world: World, there: DemoWorld) -> httpx.ASGITransport:
    landing = world.services.landing.model_copy(update={"demo": True})
    app = create_app(replace(world.services, landing=landing))
    app.include_router(demo_routes(world.platform, list(world.people.values()), lambda: there))
    return httpx.ASGITransport(app=app, raise_app_exceptions=False)
