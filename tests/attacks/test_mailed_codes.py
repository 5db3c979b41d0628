"""Codes in mails: what one is still good for once two administrators decided something about its account."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.contract import paths
from tests.asked_together import Desk, new_user
from tests.doors.http.asking import number_of
from tests.world import NEW_PASSWORD


def moved(desk: Desk) -> None:
    change = {"name": "Chan Tai Man", "email": "chan.new@acme.example", "email_kind": "personal"}
    made = desk.request("WONGDA1", kind="change-user", login_id="CHAN01", phone="852 2100 0000", **change)
    assert desk.approve("LEEDA2", made).is_success


def closed(desk: Desk) -> None:
    assert desk.approve("LEEDA2", desk.request("WONGDA1", kind="close-user", login_id="CHAN01")).is_success


@pytest.mark.parametrize("decided", [moved, closed])
def test_a_code_mailed_before_is_worth_nothing_after(desk: Desk, decided: Callable[[Desk], None]) -> None:
    code, otp = desk.world.issue("CHAN01", "reset"), desk.world.fresh_otp("CHAN01")
    decided(desk)
    body = {"code": code, "password": NEW_PASSWORD, "otp": otp}
    assert number_of(desk.ask(None, "POST", paths.PASSWORD_RESETS, body)) == 1013


def test_whoever_two_administrators_invited_joins_by_the_mail_and_signs_in(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    assert desk.approve("LEEDA2", made).is_success
    desk.world.join("KWOK03")
    assert desk.world.token("KWOK03")


def test_after_an_approved_reset_the_authenticator_is_set_up_anew_by_the_mail(desk: Desk) -> None:
    assert desk.approve("LEEDA2", desk.request("WONGDA1", kind="reset-otp", login_id="CHAN01")).is_success
    desk.world.join("CHAN01", desk.world.people["CHAN01"].password)
    assert desk.world.token("CHAN01")
