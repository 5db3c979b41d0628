"""A request to lift something is about that lock, suspension, authenticator or mail, and fits no later one."""

from __future__ import annotations

import pytest

from backend.contract import paths
from tests.adapters.signing_in import lock
from tests.asked_together import Desk, acts, new_user, sql, state_of
from tests.doors.http.asking import number_of
from tests.world import World

pytestmark = pytest.mark.databases


@pytest.fixture
def desk(any_world: World) -> Desk:
    return Desk(any_world)


def suspend(desk: Desk, who: str, login_id: str = "LEE02") -> int:
    answer = desk.ask(who, "POST", paths.SUSPENSIONS, {"login_id": login_id, "reason": "on leave"})
    return 0 if answer.is_success else number_of(answer)


def test_an_old_request_to_unlock_fits_no_later_lock(desk: Desk) -> None:
    lock(desk.world, "LEE02")
    first, old = (desk.request("WONGDA1", kind="unlock-user", login_id="LEE02") for _ in range(2))
    assert desk.approve("LEEDA2", first).json()["state"] == "applied"
    lock(desk.world, "LEE02")
    desk.tokens.clear()
    assert number_of(desk.approve("LEEDA2", old)) == 3004


def test_an_old_request_to_lift_fits_no_later_suspension(desk: Desk) -> None:
    assert suspend(desk, "WONGDA1") == 0
    first, old = (desk.request("WONGDA1", kind="lift-suspension", login_id="LEE02") for _ in range(2))
    assert desk.approve("LEEDA2", first).json()["state"] == "applied"
    desk.world.clock.move(seconds=5)
    assert suspend(desk, "WONGDA1") == 0
    assert number_of(desk.approve("LEEDA2", old)) == 3004
    assert state_of(desk, "LEE02") == "suspended"


def test_an_old_reset_fits_no_later_authenticator(desk: Desk) -> None:
    first, old = (desk.request("WONGDA1", kind="reset-otp", login_id="LEE02") for _ in range(2))
    assert desk.approve("LEEDA2", first).is_success
    invited = desk.request("WONGDA1", kind="reinvite", login_id="LEE02")
    assert desk.approve("LEEDA2", invited).is_success
    desk.world.clock.move(seconds=5)
    desk.world.join("LEE02")
    assert number_of(desk.approve("LEEDA2", old)) == 3004


def test_an_old_invitation_is_not_made_again_after_another_one(desk: Desk) -> None:
    assert desk.approve("LEEDA2", desk.request("WONGDA1", **new_user())).is_success
    first, old = (desk.request("WONGDA1", kind="reinvite", login_id="KWOK03") for _ in range(2))
    desk.world.clock.move(seconds=5)
    assert desk.approve("LEEDA2", first).is_success
    assert number_of(desk.approve("LEEDA2", old)) == 3004


def test_an_operator_takes_over_what_the_company_suspended_and_the_company_then_cannot_lift_it(desk: Desk) -> None:
    assert suspend(desk, "WONGDA1") == 0
    old = desk.request("WONGDA1", kind="lift-suspension", login_id="LEE02")
    offered = desk.ask("OPER01", "GET", paths.user("LEE02")).json()["may"]
    assert "suspend" in offered and "suspend" not in desk.ask("WONGDA1", "GET", paths.user("LEE02")).json()["may"]
    assert suspend(desk, "OPER01") == 0
    assert acts(desk.world).count("suspended") == 2
    by = sql(desk.world, "SELECT suspended_by FROM accounts WHERE login_id = 'LEE02'").scalar_one()
    assert by == "operator" and number_of(desk.approve("LEEDA2", old)) == 3004
    lift = {"proposal": {"kind": "lift-suspension", "login_id": "LEE02"}}
    assert number_of(desk.ask("WONGDA1", "POST", paths.REQUESTS, lift)) == 2002


def test_nobody_else_suspends_again_what_is_suspended(desk: Desk) -> None:
    assert suspend(desk, "OPER01") == 0
    assert suspend(desk, "OPER02") == 2001, "it is the operator's already"
    assert suspend(desk, "WONGDA1") == 2001, "a company takes nothing over"
    assert acts(desk.world).count("suspended") == 1
