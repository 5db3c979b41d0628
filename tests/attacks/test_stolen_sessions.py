"""Stolen sessions: what a token is still good for once its owner did something, and what it never was good for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.contract import paths
from tests.asked_together import Desk, acts
from tests.doors.http.asking import number_of

NEW = "velvet-otter-quartz-lantern-77"


def home(desk: Desk, token: str) -> int:
    desk.tokens["thief"] = token
    return number_of(desk.ask("thief", "GET", paths.OWN_SESSION))


def signed_out(desk: Desk) -> None:
    desk.tokens["CHAN01"] = desk.tokens["thief"]
    assert desk.ask("CHAN01", "DELETE", paths.OWN_SESSION).is_success


def suspended(desk: Desk) -> None:
    assert desk.ask("WONGDA1", "POST", paths.SUSPENSIONS, {"login_id": "CHAN01"}).is_success


def closed(desk: Desk) -> None:
    made = desk.request("WONGDA1", kind="close-user", login_id="CHAN01")
    assert desk.approve("LEEDA2", made).is_success


def moved(desk: Desk) -> None:
    """Their e-mail address is another one now."""
    change = {"name": "Chan Tai Man", "email": "chan.new@acme.example", "email_kind": "personal"}
    made = desk.request("WONGDA1", kind="change-user", login_id="CHAN01", phone="852 2100 0000", **change)
    assert desk.approve("LEEDA2", made).is_success


def otp_reset(desk: Desk) -> None:
    made = desk.request("WONGDA1", kind="reset-otp", login_id="CHAN01")
    assert desk.approve("LEEDA2", made).is_success


def password_changed(desk: Desk) -> None:
    right = {"password": desk.world.people["CHAN01"].password, "otp": desk.world.fresh_otp("CHAN01")}
    assert desk.ask("CHAN01", "POST", paths.OWN_PASSWORD, {**right, "new_password": NEW}).is_success


def others_ended(desk: Desk) -> None:
    assert desk.ask("CHAN01", "DELETE", paths.OWN_SESSIONS).is_success


def that_one_ended(desk: Desk) -> None:
    rows = desk.ask("CHAN01", "GET", paths.OWN_SESSIONS).json()
    (strange,) = [row["id"] for row in rows if not row["own"]]
    assert desk.ask("CHAN01", "DELETE", paths.own_session(strange)).is_success


@pytest.mark.parametrize(
    "happened", [signed_out, suspended, closed, moved, otp_reset, password_changed, others_ended, that_one_ended]
)
def test_a_stolen_token_is_worth_nothing_once(desk: Desk, happened: Callable[[Desk], None]) -> None:
    desk.token("CHAN01")
    stolen = desk.world.token("CHAN01")
    assert home(desk, stolen) == 0
    happened(desk)
    assert home(desk, stolen) == 1005
    for method, path in (("GET", paths.PROFILE), ("GET", paths.OWN_SESSIONS), ("DELETE", paths.OWN_SESSION)):
        assert number_of(desk.ask("thief", method, path)) == 1005


def test_rights_removed_in_mid_session_are_gone_at_the_next_call(desk: Desk) -> None:
    assert desk.ask("CHAN01", "GET", paths.FOLDERS).json() != []
    made = desk.request("WONGDA1", kind="grant-functions", login_id="CHAN01", grants=[])
    assert desk.approve("LEEDA2", made).is_success
    for path in (paths.HOME, paths.FOLDERS, paths.ACTIVITY):
        assert number_of(desk.ask("CHAN01", "GET", path)) == 2000
    assert number_of(desk.ask("CHAN01", "GET", paths.OWN_SESSION)) == 0, "Client Connect stays open"


def test_a_stolen_session_neither_changes_nor_confirms_anything_by_itself(desk: Desk) -> None:
    desk.tokens["thief"] = desk.world.token("WONGDA1")
    guess = {"password": "wrong-password-wrong", "otp": "000000"}
    asked = [
        (paths.OWN_PASSWORD, {**guess, "new_password": NEW}),
        (paths.OWN_OTP, guess),
        (paths.OWN_OTP_CONFIRMATIONS, {"otp": "000000"}),
        (paths.OWN_RECOVERY_CODES, {"otp": "000000"}),
        (paths.CONFIRMATIONS, {"otp": "000000"}),
        (paths.CONFIRMATIONS, {"otp": "000001"}),
        (paths.CONFIRMATIONS, {"otp": desk.world.fresh_otp("WONGDA1")}),
    ]
    numbers = [number_of(desk.ask("thief", "POST", path, body)) for path, body in asked]
    assert numbers == [1006, 1006, 9002, 1006, 1006, 1005, 1005], "the fifth wrong one ended it"
    assert acts(desk.world)[-1] == "confirmation-refused"


@pytest.mark.databases
def test_20_wrong_otps_at_once_end_the_session_and_leave_one_entry(desk: Desk) -> None:
    desk.token("WONGDA1")
    asked = [("WONGDA1", "POST", paths.CONFIRMATIONS, {"otp": "000000"})] * 20
    numbers = sorted(number_of(answer) for answer in desk.together(asked))
    assert numbers == [1005] * 16 + [1006] * 4
    assert acts(desk.world).count("confirmation-refused") == 1


def test_nobody_lists_or_ends_the_sessions_of_somebody_else(desk: Desk) -> None:
    mine = desk.ask("CHAN01", "GET", paths.OWN_SESSIONS).json()
    for who in ("LEE02", "WONGDA1", "OPER01", "TAI09"):
        assert not {row["id"] for row in desk.ask(who, "GET", paths.OWN_SESSIONS).json()} & {mine[0]["id"]}
        answer = desk.ask(who, "DELETE", paths.own_session(mine[0]["id"]))
        absent = desk.ask(who, "DELETE", paths.own_session("0" * 16))
        assert number_of(answer) == number_of(absent) == 2001 and answer.text == absent.text
        assert desk.ask(who, "DELETE", paths.OWN_SESSIONS).is_success
    assert number_of(desk.ask("CHAN01", "GET", paths.OWN_SESSION)) == 0


def test_what_a_session_is_called_says_nothing_of_its_token(desk: Desk) -> None:
    token = desk.token("CHAN01")
    row = desk.ask("CHAN01", "GET", paths.OWN_SESSIONS).json()[0]
    assert len(row["id"]) == 16 and row["id"] not in token
    desk.tokens["thief"] = row["id"]
    assert number_of(desk.ask("thief", "GET", paths.OWN_SESSION)) == 1005
