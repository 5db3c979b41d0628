"""One name in two companies, requests without end, and what a closed account leaves."""

from __future__ import annotations

from typing import Any

from backend.contract import paths
from tests.asked_together import Desk, acts, new_user, sql
from tests.doors.http.asking import number_of
from tests.keying_in import acme, new, newco


def history(desk: Desk, who: str, login_id: str) -> dict[str, Any]:
    page: dict[str, Any] = desk.ask(who, "GET", paths.user(login_id)).json()
    return page


def test_what_another_company_asked_for_under_the_same_login_id_is_not_told(desk: Desk) -> None:
    secret = "Kwok joins us from Acme"
    theirs = desk.request("HODA1", **new_user("KWOK03", email="k@harbour.example", grants=[], note=secret))
    assert desk.approve("LEEDA2", desk.request("WONGDA1", **new_user("KWOK03"))).is_success
    page = history(desk, "WONGDA1", "KWOK03")
    assert secret not in str(page) and "HODA1" not in str(page)
    assert theirs["id"] not in [request["id"] for request in page["requests"]]
    assert page["user"]["pending"] == 0
    desk.world.join("KWOK03")
    assert number_of(desk.ask("KWOK03", "GET", paths.request(theirs["id"]))) == 2001
    assert desk.ask("KWOK03", "GET", paths.REQUESTS).json()["items"][0]["maker"] == "WONGDA1"


def test_nobody_is_called_like_a_company_and_no_company_like_somebody(desk: Desk) -> None:
    for code in ("HARBOUR", "ACME"):
        answer = desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": new_user(code)})
        assert number_of(answer) == 9002 and "taken" in answer.json()["detail"]
    form = newco(company="CHAN01").model_dump(mode="json")
    answer = desk.ask("OPER01", "POST", paths.REQUESTS, {"proposal": {"kind": "apply-form", "form": form}})
    assert number_of(answer) == 9002 and "taken" in answer.json()["detail"]


def test_an_administrator_learns_nothing_of_other_companies_by_proposing_forms(desk: Desk) -> None:
    told = set()
    for form in (
        acme(desk.world, new("CHEUNGDA")),
        acme(desk.world, new("CHEUNGDA", email="ho01@harbour.example")),
        newco(company="NOWHERE"),
    ):
        proposal = {"kind": "apply-form", "form": form.model_dump(mode="json")}
        for who in ("TAIDA1", "CHAN01", "AUDIT01"):
            answer = desk.ask(who, "POST", paths.REQUESTS, {"proposal": proposal})
            assert number_of(answer) == 2002
            told.add(answer.content)
    closing = desk.ask("TAIDA1", "POST", paths.REQUESTS, {"proposal": {"kind": "close-company", "company": "NOPE"}})
    assert len(told | {closing.content}) == 1


def test_one_person_cannot_bury_the_checkers_in_requests(desk: Desk) -> None:
    first = desk.request("LEE02", kind="register-address", login_id="LEE02", network="10.9.9.9")
    for at in range(20):
        desk.request("CHAN01", kind="register-address", login_id="CHAN01", network=f"10.1.2.{at}")
    one_more = {"kind": "register-address", "login_id": "CHAN01", "network": "10.1.3.1"}
    answer = desk.ask("CHAN01", "POST", paths.REQUESTS, {"proposal": one_more})
    assert number_of(answer) == 9002 and "20 open requests" in answer.json()["detail"]
    listed = [request["id"] for request in desk.ask("WONGDA1", "GET", paths.REQUESTS).json()["items"]]
    assert first["id"] in listed


def test_making_and_withdrawing_in_turns_is_no_way_around_it(desk: Desk) -> None:
    proposal = {"kind": "register-address", "login_id": "CHAN01", "network": "10.1.2.3"}
    answers = []
    for _ in range(61):
        made = desk.ask("CHAN01", "POST", paths.REQUESTS, {"proposal": proposal})
        answers.append(number_of(made))
        if made.is_success:
            desk.ask("CHAN01", "POST", paths.request_act(made.json()["id"], "withdraw"), {"rev": 1})
    assert answers == [0] * 60 + [9002]
    desk.world.clock.move(minutes=61)
    desk.tokens.clear()
    assert desk.ask("CHAN01", "POST", paths.REQUESTS, {"proposal": proposal}).is_success


def test_an_operator_finds_the_requests_of_one_company_whatever_others_made(desk: Desk) -> None:
    theirs = desk.request("HODA1", kind="reset-otp", login_id="HO01")
    for _ in range(199):
        desk.request("WONGDA1", kind="reset-otp", login_id="LEE02")
    found = desk.ask("OPER01", "GET", f"{paths.REQUESTS}?company=HARBOUR").json()["items"]
    assert [request["id"] for request in found] == [theirs["id"]]
    assert number_of(desk.ask("WONGDA1", "GET", f"{paths.REQUESTS}?company=HARBOUR")) == 2001


def test_whatever_a_closing_voids_leaves_an_entry(desk: Desk) -> None:
    mine = desk.request("LEE02", kind="register-address", login_id="LEE02", network="10.9.9.9")
    about = desk.request("WONGDA1", kind="reset-otp", login_id="LEE02")
    desk.approve("LEEDA2", desk.request("WONGDA1", kind="close-user", login_id="LEE02"))
    assert acts(desk.world)[-2:] == ["request-voided"] * 2
    rows = sql(desk.world, "SELECT request, login_id FROM activity WHERE act = 'request-voided' ORDER BY request")
    assert [(row.request, row.login_id) for row in rows] == [(mine["id"], "LEEDA2"), (about["id"], "LEEDA2")]


def test_a_draft_that_nobody_submits_ends_after_a_month(desk: Desk) -> None:
    draft = desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": new_user(), "submit": False}).json()
    desk.world.clock.move(days=30)
    desk.tokens.clear()
    assert desk.seen("WONGDA1", draft)["state"] == "expired"
    again = {"rev": 1, "proposal": new_user()}
    assert number_of(desk.ask("WONGDA1", "PUT", paths.request(draft["id"]), again)) == 3007


def test_a_returned_request_may_be_revised_for_another_week(desk: Desk) -> None:
    made = desk.request("WONGDA1", **new_user())
    desk.world.clock.move(days=6)
    desk.tokens.clear()
    desk.ask("LEEDA2", "POST", paths.request_act(made["id"], "return"), {"rev": 1, "reason": "which desk?"})
    desk.world.clock.move(days=6)
    desk.tokens.clear()
    answer = desk.ask("WONGDA1", "PUT", paths.request(made["id"]), {"rev": 1, "proposal": new_user()})
    assert answer.json()["state"] == "submitted"
