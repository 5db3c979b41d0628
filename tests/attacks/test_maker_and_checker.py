"""Maker and checker: no single person enlarges anyone's rights, whatever way they take."""

from __future__ import annotations

from backend.contract import paths
from tests.asked_together import Desk, new_user, sql, state_of
from tests.doors.http.asking import number_of


def test_a_maker_cannot_approve_their_own_request_from_another_session(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    desk.tokens["WONGDA1"] = desk.world.token("WONGDA1")
    answer = desk.approve("WONGDA1", made)
    assert number_of(answer) == 3003 and "Lee Chi Keung" in answer.json()["remedy"]
    assert state_of(desk, "KWOK03") == "none"


def test_an_operator_cannot_approve_what_a_company_asked_for(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    assert number_of(desk.approve("OPER01", made)) == 2002
    assert number_of(desk.approve("AUDIT01", made)) == 2002
    assert state_of(desk, "KWOK03") == "none"


def test_a_business_user_neither_makes_nor_approves(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    refused = desk.ask("CHAN01", "POST", paths.REQUESTS, {"proposal": new_user("KWOK04")})
    assert number_of(refused) == 2002
    assert number_of(desk.approve("CHAN01", made)) == 2001, "it is not even theirs to see"


def test_the_one_it_is_about_cannot_approve_it(desk: Desk) -> None:
    wish = {"function": "EU_SD1", "identity_codes": ["01234"]}
    made = desk.request("WONGDA1", kind="grant-functions", login_id="LEEDA2", grants=[wish])
    assert number_of(desk.approve("LEEDA2", made)) == 3003


def test_the_maker_may_be_the_one_it_is_about(desk: Desk) -> None:
    wish = {"function": "EU_SD1", "identity_codes": ["01234"]}
    made = desk.request("WONGDA1", kind="grant-functions", login_id="WONGDA1", grants=[wish])
    assert desk.approve("LEEDA2", made).json()["state"] == "applied"
    me = desk.ask("WONGDA1", "GET", paths.OWN_SESSION).json()
    assert me["enters_ecp"] and [one["function"] for one in me["functions"]] == ["EU_SD1"]


def test_two_accounts_with_one_telephone_are_one_person(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    phone = sql(desk.world, "SELECT phone FROM accounts WHERE login_id = 'WONGDA1'").scalar_one()
    spaced = f"{phone[:4]} {phone[4:]}"
    sql(desk.world, "UPDATE accounts SET phone = :spaced WHERE login_id = 'LEEDA2'", spaced=spaced)
    assert number_of(desk.approve("LEEDA2", made)) == 3006


def test_approving_asks_for_the_one_time_password_after_five_minutes(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    desk.token("LEEDA2")
    desk.world.clock.move(minutes=6)
    assert number_of(desk.approve("LEEDA2", made)) == 1006
    confirmed = desk.ask("LEEDA2", "POST", paths.CONFIRMATIONS, {"otp": desk.world.fresh_otp("LEEDA2")})
    assert confirmed.is_success, confirmed.text
    assert desk.approve("LEEDA2", made).json()["state"] == "applied"


def test_a_delegated_administrator_is_never_made_by_request(desk: Desk) -> None:
    for who in ("WONGDA1", "OPER01"):
        answer = desk.ask(who, "POST", paths.REQUESTS, {"proposal": new_user(account_kind="da", grants=[])})
        assert number_of(answer) == 2002, answer.text
    staff = desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": new_user(account_kind="operator", grants=[])})
    assert number_of(staff) == 2002


def test_the_last_two_operators_cannot_close_one_another(desk: Desk) -> None:
    answer = desk.ask("OPER01", "POST", paths.REQUESTS, {"proposal": {"kind": "close-user", "login_id": "OPER02"}})
    assert number_of(answer) == 2002 and "Two active operators" in answer.json()["detail"]


def test_a_suspension_by_the_operator_is_lifted_by_operators_alone(desk: Desk) -> None:
    assert desk.ask("OPER01", "POST", paths.SUSPENSIONS, {"login_id": "LEE02", "reason": "asked by police"}).is_success
    lift = {"kind": "lift-suspension", "login_id": "LEE02"}
    assert number_of(desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": lift})) == 2002
    made = desk.request("OPER01", **lift)
    assert number_of(desk.approve("OPER01", made)) == 3003
    assert desk.approve("OPER02", made).is_success
    assert state_of(desk, "LEE02") == "active"


def test_suspending_a_delegated_administrator_is_lifted_by_operators_alone(desk: Desk) -> None:
    assert desk.ask("WONGDA1", "POST", paths.SUSPENSIONS, {"login_id": "LEEDA2"}).is_success
    lift = {"kind": "lift-suspension", "login_id": "LEEDA2"}
    assert number_of(desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": lift})) == 2002
    assert desk.approve("OPER02", desk.request("OPER01", **lift)).is_success


def test_one_who_was_suspended_decides_nothing_any_more(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    desk.token("LEEDA2")
    desk.ask("OPER01", "POST", paths.SUSPENSIONS, {"login_id": "LEEDA2"})
    assert number_of(desk.approve("LEEDA2", made)) == 1005


def test_a_draft_is_its_makers_alone(desk: Desk) -> None:
    draft = desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": new_user(), "submit": False}).json()
    assert draft["state"] == "draft"
    assert number_of(desk.ask("LEEDA2", "GET", paths.request(draft["id"]))) == 2001
    assert number_of(desk.ask("OPER01", "GET", paths.request(draft["id"]))) == 2001
    assert desk.ask("LEEDA2", "GET", paths.REQUESTS).json()["items"] == []
    submitted = desk.ask("WONGDA1", "PUT", paths.request(draft["id"]), {"rev": 1, "proposal": new_user()}).json()
    assert (submitted["state"], submitted["rev"]) == ("submitted", 2)
    other_session = {"rev": 1, "proposal": new_user(name="Kwok Mei")}
    assert number_of(desk.ask("WONGDA1", "PUT", paths.request(draft["id"]), other_session)) == 3004
    assert desk.approve("LEEDA2", submitted).is_success


def test_a_returned_request_is_revised_and_then_approved(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    path = paths.request_act(made["id"], "return")
    assert number_of(desk.ask("LEEDA2", "POST", path, {"rev": 1})) == 9002, "a reason is needed"
    returned = desk.ask("LEEDA2", "POST", path, {"rev": 1, "reason": "EU_LOP as well, please"}).json()
    assert (returned["state"], returned["reason"]) == ("returned", "EU_LOP as well, please")
    assert number_of(desk.approve("LEEDA2", made)) == 3007
    better = new_user(grants=[{"function": "EU_LOP", "identity_codes": ["01234"]}])
    again = desk.ask("WONGDA1", "PUT", paths.request(made["id"]), {"rev": 1, "proposal": better}).json()
    assert desk.approve("LEEDA2", again).json()["state"] == "applied"


def test_a_revision_is_about_the_same_subject(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    other = {"rev": 1, "proposal": new_user("KWOK04")}
    assert number_of(desk.ask("WONGDA1", "PUT", paths.request(made["id"]), other)) == 9002
    mine = {"rev": 1, "proposal": new_user()}
    assert number_of(desk.ask("LEEDA2", "PUT", paths.request(made["id"]), mine)) == 2002


def test_every_transition_leaves_one_entry_that_names_the_request(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    desk.approve("LEEDA2", made)
    row = sql(desk.world, "SELECT * FROM activity WHERE act = 'request-applied'").one()
    assert (row.login_id, row.subject, row.request, row.kind) == ("LEEDA2", "KWOK03", made["id"], "create-user")
    assert (row.revision, row.digest, row.company) == (1, made["digest"], "ACME")


def test_one_of_two_rights_makes_what_it_is_for_alone(desk: Desk) -> None:
    sql(
        desk.world,
        "DELETE FROM administrator_rights WHERE service = 'ecp' AND account_id IN "
        "(SELECT id FROM accounts WHERE login_id IN ('WONGDA1', 'LEEDA2'))",
    )
    with_functions = desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": new_user()})
    assert number_of(with_functions) == 2002 and "ECP right" in with_functions.json()["detail"]
    made = desk.request("WONGDA1", **new_user(grants=[]))
    assert desk.approve("LEEDA2", made).is_success
    assert state_of(desk, "KWOK03") == "invited"
