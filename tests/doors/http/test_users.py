"""Users over HTTP: the list, one account with its history, and what each role may see and ask for."""

from __future__ import annotations

from typing import Any

import pytest

from backend.contract import paths
from tests.asked_together import Desk, new_user, sql
from tests.doors.http.asking import number_of
from tests.keying_in import acme, new
from tests.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def user(desk: Desk, who: str, login_id: str) -> dict[str, Any]:
    answer = desk.ask(who, "GET", paths.user(login_id))
    assert answer.is_success, answer.text
    page: dict[str, Any] = answer.json()
    return page


def test_an_administrator_sees_the_users_of_the_company_and_how_many_there_may_be(desk: Desk) -> None:
    users = desk.ask("WONGDA1", "GET", paths.USERS).json()
    assert (users["company"], users["quota"]) == ("ACME", 20)
    assert users["used"] == len([one for one in users["users"] if one["state"] != "closed"])
    assert {"CHAN01", "LEE02", "ACMEBOT1", "WONGDA1", "LEEDA2"} <= {one["login_id"] for one in users["users"]}
    assert not {one["login_id"] for one in users["users"]} & {"HO01", "OPER01"}


def test_what_can_be_granted_is_said_with_the_identities_it_is_of_use_to(desk: Desk) -> None:
    grantable = {one["function"]: one for one in desk.ask("WONGDA1", "GET", paths.USERS).json()["grantable"]}
    assert {"01234", "01235"} <= set(grantable["EU_SD1"]["identity_codes"])
    assert "SD-1" in grantable["EU_SD1"]["folders"] and "SD-1" in grantable["EU_ECPSFTP"]["folders"]


def test_a_business_user_has_no_list_but_their_own_page(desk: Desk) -> None:
    assert number_of(desk.ask("CHAN01", "GET", paths.USERS)) == 2002
    assert user(desk, "CHAN01", "CHAN01")["user"]["name"] == "Chan Tai Man"
    assert number_of(desk.ask("CHAN01", "GET", paths.user("LEE02"))) == 2001


def test_operators_and_auditors_see_the_staff_and_any_company(desk: Desk) -> None:
    for who in ("OPER01", "AUDIT01"):
        staff = desk.ask(who, "GET", paths.USERS).json()
        assert {one["kind"] for one in staff["users"]} == {"operator", "auditor"} and staff["quota"] is None
        assert desk.ask(who, "GET", f"{paths.USERS}?company=HARBOUR").json()["company_name"] == "Harbour Clearing"
        assert number_of(desk.ask(who, "GET", f"{paths.USERS}?company=NOWHERE")) == 2001


def test_the_page_names_what_may_be_asked_for_now(desk: Desk) -> None:
    assert {"change-user", "grant-functions", "close-user", "suspend"} <= set(user(desk, "WONGDA1", "CHAN01")["may"])
    assert "unlock-user" not in user(desk, "WONGDA1", "CHAN01")["may"]
    assert {"close-user", "change-user"} & set(user(desk, "WONGDA1", "LEEDA2")["may"]) == set(), "by form alone"
    assert user(desk, "AUDIT01", "CHAN01")["may"] == []
    assert set(user(desk, "OPER01", "CHAN01")["may"]) == {"suspend"}
    assert "reset-otp" in user(desk, "OPER01", "LEEDA2")["may"]


def test_a_history_tells_what_the_account_did_and_what_was_done_to_it(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    desk.approve("LEEDA2", made)
    words = [act["words"] for act in user(desk, "WONGDA1", "KWOK03")["history"]]
    assert words[0].startswith("approved the new account") and words[1].startswith("requested the new account")
    desk.token("CHAN01")
    assert user(desk, "WONGDA1", "CHAN01")["history"][0]["words"] == "signed in"


def test_where_an_administrator_came_from_is_not_told_to_whom_they_administer(desk: Desk) -> None:
    made = desk.request("WONGDA1", kind="grant-functions", login_id="LEE02", grants=[])
    desk.approve("LEEDA2", made)
    about = [act for act in user(desk, "LEE02", "LEE02")["history"] if act["login_id"] != "LEE02"]
    assert about and all(act["source"] is None for act in about)
    assert all(act["source"] for act in user(desk, "OPER01", "LEE02")["history"])


def test_the_form_that_appointed_an_administrator_stands_in_their_history(desk: Desk) -> None:
    form = acme(desk.world, new("CHEUNGDA")).model_dump(mode="json")
    assert desk.approve("OPER02", desk.request("OPER01", kind="apply-form", form=form)).is_success
    words = [act["words"] for act in user(desk, "OPER01", "CHEUNGDA")["history"]]
    assert any("approved the form" in said for said in words)
    assert not any("the form" in act["words"] for act in user(desk, "OPER01", "CHAN01")["history"])


def test_a_long_history_comes_in_pages(desk: Desk) -> None:
    for _ in range(30):
        made = desk.request("CHAN01", kind="register-address", login_id="CHAN01", network="10.1.2.3")
        desk.ask("CHAN01", "POST", paths.request_act(made["id"], "withdraw"), {"rev": 1})
    first = user(desk, "WONGDA1", "CHAN01")
    assert len(first["history"]) == 50 and first["more"]
    last = first["history"][-1]["log_index"]
    rest = desk.ask("WONGDA1", "GET", f"{paths.user('CHAN01')}?before={last}").json()
    assert all(act["log_index"] < last for act in rest["history"]) and not rest["more"]


def test_a_suspension_stops_the_account_at_once_and_says_why(desk: Desk) -> None:
    desk.token("CHAN01")
    assert desk.ask("WONGDA1", "POST", paths.SUSPENSIONS, {"login_id": "chan01", "reason": "left the firm"}).is_success
    assert number_of(desk.ask("CHAN01", "GET", paths.FOLDERS)) == 1005
    page = user(desk, "LEEDA2", "CHAN01")
    assert (page["user"]["state"], page["user"]["suspended_by"]) == ("suspended", "company")
    assert (page["history"][0]["words"], page["history"][0]["note"]) == ("suspended", "left the firm")
    assert "lift-suspension" in page["may"] and "suspend" not in page["may"]


def test_auditors_and_business_users_suspend_nobody(desk: Desk) -> None:
    for who in ("AUDIT01", "CHAN01"):
        assert number_of(desk.ask(who, "POST", paths.SUSPENSIONS, {"login_id": "LEE02"})) == 2002


def test_whoever_can_check_is_told_by_mail_and_so_is_the_maker_in_the_end(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user(note="for the new desk"))
    told = desk.world.mails("LEEDA2")[0]
    assert f"change request {made['id']}" in told.text and "create user KWOK03" in told.text
    assert not desk.world.mails("WONGDA1") and not desk.world.mails("HODA1")
    desk.ask("LEEDA2", "POST", paths.request_act(made["id"], "return"), {"rev": 1, "reason": "which desk?"})
    assert "which desk?" in desk.world.mails("WONGDA1")[0].text


def test_what_nobody_decided_within_a_week_is_marked_expired_by_the_hourly_sweep(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    desk.world.clock.move(days=7, seconds=1)
    desk.world.platform.sweep()
    row = sql(desk.world, "SELECT state FROM change_requests WHERE id = :id", id=made["id"]).one()
    assert row.state == "expired"
    last = sql(desk.world, "SELECT act, request FROM activity ORDER BY log_index DESC LIMIT 1").one()
    assert (last.act, last.request) == ("request-expired", made["id"])


def test_a_closed_account_keeps_its_address_for_90_days_and_is_then_forgotten(desk: Desk) -> None:
    email = sql(desk.world, "SELECT email FROM accounts WHERE login_id = 'LEE02'").scalar_one()
    desk.approve("LEEDA2", desk.request("WONGDA1", kind="close-user", login_id="LEE02"))
    again = {"proposal": new_user(email=email)}
    assert number_of(desk.ask("WONGDA1", "POST", paths.REQUESTS, again)) == 3005
    desk.world.clock.move(days=90)
    desk.world.platform.sweep()
    desk.tokens.clear()
    assert desk.ask("WONGDA1", "POST", paths.REQUESTS, again).is_success
    row = sql(desk.world, "SELECT name, email, phone FROM accounts WHERE login_id = 'LEE02'").one()
    assert row.name == "-" and "@" not in row.email and row.phone == ""
