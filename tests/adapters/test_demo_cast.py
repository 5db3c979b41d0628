"""The demo's landing page tells the truth: who one can be, and what each of them would type, as things stand."""

from __future__ import annotations

from base64 import b32decode

import pytest
from pydantic import ValidationError

from backend.adapters.one_time_codes import code, step_at
from backend.contract.faults import Refused
from backend.contract.messages import DemoPerson, DemoSecret, SignIn
from backend.demo.authenticator import DemoAuthenticator
from backend.demo.cast import JOINED, Cast
from backend.demo.people import ACCOUNTS
from tests.adapters.signing_in import WRONG, outcome, tried
from tests.tui.administrators import KWOK, settles
from tests.world import NEW_PASSWORD, World


@pytest.fixture
def authenticator(world: World) -> DemoAuthenticator:
    return DemoAuthenticator(world.platform.codes, world.clock)


@pytest.fixture
def cast(world: World, authenticator: DemoAuthenticator) -> Cast:
    return Cast(world.platform, list(world.people.values()), authenticator)


def shown(cast: Cast) -> dict[str, DemoPerson]:
    return {one.login_id: one for one in cast.people()}


def signs_in(world: World, cast: Cast, login_id: str, password: str = "") -> int:
    """With what the demo offers; 0 or the fault's number."""
    offered = cast.credentials(login_id)
    world.clock.move(seconds=offered.wait)
    transaction = world.services.sign_in.begin().transaction
    typed = {"password": password or offered.password, "otp": offered.otp}
    return tried(world, SignIn(transaction=transaction, login_id=login_id, **typed))


def test_what_is_offered_works_for_everybody_and_again_at_once(world: World, cast: Cast) -> None:
    assert [one.login_id for one in cast.people()] == [who.login_id for who in ACCOUNTS]
    assert all(one.state == "active" and one.to_try for one in cast.people())
    for login_id in ("CHAN01", "chan01", "CHAN01", "WONGDA1", "OPER01", "AUDIT01"):
        assert signs_in(world, cast, login_id) == 0


def test_a_third_code_within_a_step_has_to_be_waited_for(world: World, cast: Cast) -> None:
    waits = []
    for _ in range(3):
        waits.append(cast.credentials("LEE02").wait)
        assert signs_in(world, cast, "LEE02") == 0
    assert waits[:2] == [0.0, 0.0] and 0 < waits[2] <= 30


def test_a_password_that_was_changed_is_not_offered_and_comes_back_when_it_is_the_seeded_one(
    world: World, cast: Cast
) -> None:
    account, hasher = world.account("CHAN01"), world.platform.hasher
    changed = hasher.hash(NEW_PASSWORD)
    world.platform.store.write(lambda unit: unit.set_password(account.id, changed))
    assert cast.credentials("CHAN01").password == ""
    assert signs_in(world, cast, "CHAN01", NEW_PASSWORD) == 0
    seeded = world.people["CHAN01"].password
    again = hasher.hash(seeded)
    world.platform.store.write(lambda unit: unit.set_password(account.id, again))
    assert cast.credentials("CHAN01").password == seeded


def test_the_code_is_that_of_the_authenticator_as_it_stands(
    world: World, cast: Cast, authenticator: DemoAuthenticator
) -> None:
    account, new = world.account("LEE02"), world.platform.codes.new_seed()
    now = world.clock.now()
    world.platform.store.write(lambda unit: unit.set_authenticator(account.id, new.sealed, step_at(now), now))
    world.clock.move(seconds=30)
    assert cast.credentials("LEE02").otp == code(b32decode(new.secret), step_at(world.clock.now()))
    assert authenticator.scanned(new.secret).otp == cast.credentials("LEE02").otp
    assert signs_in(world, cast, "LEE02") == 0


async def test_whoever_was_invited_is_kept_out_until_they_join_and_then_is_somebody_one_can_be(
    world: World, cast: Cast
) -> None:
    await settles(world, "WONGDA1", "LEEDA2", KWOK)
    invited = cast.people()[-1]
    assert (invited.login_id, invited.state, invited.company) == ("KWOK03", "invited", "Acme Securities")
    assert (cast.credentials("KWOK03").otp, cast.credentials("KWOK03").password) == ("", "")
    world.join("KWOK03")
    joined = shown(cast)["KWOK03"]
    assert (joined.state, joined.role, joined.name) == ("active", JOINED, "陳大文")
    assert cast.credentials("KWOK03").password == ""
    assert signs_in(world, cast, "KWOK03", NEW_PASSWORD) == 0


def test_whoever_is_locked_or_suspended_says_so_and_whoever_is_closed_is_gone(world: World, cast: Cast) -> None:
    for _ in range(5):
        tried(world, world.form("HO01", password=WRONG))
    world.services.access.suspend(world.actor("WONGDA1"), "LEE02", "On leave.")
    tai = world.account("TAI09")
    world.platform.store.write(lambda unit: unit.close_account(tai.id, world.clock.now()))
    people = shown(cast)
    assert (people["HO01"].state, people["LEE02"].state) == ("locked", "suspended")
    assert "TAI09" not in people
    assert outcome(lambda: cast.credentials("TAI09")) == outcome(lambda: cast.credentials("NOBODY")) == 2001


@pytest.mark.parametrize("secret", ["", "A", "abcdefgh", "ABCDEFG1", "ABCDEFGH\n", "ABCDEFGH" * 17])
def test_what_is_no_secret_is_not_asked_about(secret: str) -> None:
    with pytest.raises(ValidationError):
        DemoSecret(secret=secret)


async def test_outside_the_demo_there_is_no_such_authenticator(world: World) -> None:
    client = world.client()
    try:
        for asked in (client.demo_credentials("CHAN01"), client.demo_code("ABCDEFGH")):
            with pytest.raises(Refused) as refused:
                await asked
            assert refused.value.number == 2001
    finally:
        await client.close()
