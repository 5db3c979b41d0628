"""Who lost the authenticator and the password begins anew, by two people and one invitation."""

from __future__ import annotations

import pytest

from backend.contract import paths
from tests.asked_together import Desk, new_user, sql, state_of
from tests.doors.http.asking import number_of
from tests.world import World


@pytest.fixture
def desk(any_world: World) -> Desk:
    return Desk(any_world)


def pair(desk: Desk, kind: str, login_id: str = "LEE02") -> None:
    answer = desk.approve("LEEDA2", desk.request("WONGDA1", kind=kind, login_id=login_id))
    assert answer.is_success, answer.text


def test_after_a_reset_of_the_authenticator_an_invitation_makes_a_new_password_possible(desk: Desk) -> None:
    pair(desk, "reset-otp")
    enrolment = desk.world.code("LEE02")
    pair(desk, "reinvite")
    assert state_of(desk, "LEE02") == "invited"
    assert number_of(desk.ask(None, "POST", paths.CODE_LOOKS, {"code": enrolment})) != 0, "one way in, not two"
    desk.world.join("LEE02")
    assert state_of(desk, "LEE02") == "active"
    assert desk.ask("LEE02", "GET", paths.FOLDERS).is_success, "with the functions it had"


def test_whoever_still_has_an_authenticator_is_not_invited_again(desk: Desk) -> None:
    wanted = {"proposal": {"kind": "reinvite", "login_id": "LEE02"}}
    assert number_of(desk.ask("WONGDA1", "POST", paths.REQUESTS, wanted)) == 9002


def test_one_whose_address_was_wrong_gets_the_invitation_where_it_is_right(desk: Desk) -> None:
    desk.approve("LEEDA2", desk.request("WONGDA1", **new_user(email="tpyo@acme.example")))
    first = desk.world.code("KWOK03")
    right = {"name": "Kwok Wing", "email": "kwok03@acme.example", "phone": "852 2100 9901"}
    made = desk.request("WONGDA1", kind="change-user", login_id="KWOK03", **right)
    assert desk.approve("LEEDA2", made).is_success
    assert number_of(desk.ask(None, "POST", paths.CODE_LOOKS, {"code": first})) != 0
    assert desk.world.mails("KWOK03")[0].to == "kwok03@acme.example"
    desk.world.join("KWOK03")
    assert state_of(desk, "KWOK03") == "active"


def test_a_colleague_who_administers_nobody_learns_nothing_of_an_account_by_asking_for_it(desk: Desk) -> None:
    sql(desk.world, "UPDATE accounts SET state = 'suspended', suspended_by = 'company' WHERE login_id = 'LEE02'")
    told = set()
    for kind in ("lift-suspension", "unlock-user", "reset-otp", "close-user", "reinvite"):
        for login_id in ("LEE02", "HO01", "NOBODY99"):
            answer = desk.ask("CHAN01", "POST", paths.REQUESTS, {"proposal": {"kind": kind, "login_id": login_id}})
            assert number_of(answer) == 2002
            told.add(answer.content)
    for login_id in ("LEE02", "HO01", "NOBODY99"):
        taken = desk.ask("CHAN01", "POST", paths.REQUESTS, {"proposal": new_user(login_id)})
        told.add(taken.content)
    assert len(told) == 1
