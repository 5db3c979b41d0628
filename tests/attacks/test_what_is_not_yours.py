"""What belongs to another company, or was taken away, or is no field at all."""

from __future__ import annotations

from typing import Any

import pytest

from backend.contract import paths
from tests.asked_together import Desk, new_user, sql
from tests.doors.http.asking import number_of


def test_what_is_another_companys_answers_exactly_as_what_is_missing(desk: Desk) -> None:
    theirs = desk.request("HODA1", **new_user("HARB03", email="h3@harbour.example", grants=[]))

    def told(method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        answer = desk.ask("WONGDA1", method, path, body)
        return answer.status_code, answer.content

    missing = {**theirs, "id": 9999}
    for act in ("approve", "reject", "return", "withdraw"):
        body = desk.approval(theirs) if act == "approve" else {"rev": 1, "reason": "because"}
        assert told("POST", paths.request_act(theirs["id"], act), body) == told(
            "POST", paths.request_act(missing["id"], act), body
        )
    assert told("GET", paths.request(theirs["id"])) == told("GET", paths.request(9999))
    edit = {"rev": 1, "proposal": new_user("HARB03")}
    assert told("PUT", paths.request(theirs["id"]), edit) == told("PUT", paths.request(9999), edit)
    assert told("GET", paths.user("HO01")) == told("GET", paths.user("NOBODY99"))
    assert told("GET", f"{paths.USERS}?company=HARBOUR") == told("GET", f"{paths.USERS}?company=NOWHERE")
    for login_id in ("HO01", "OPER01"):
        proposals: tuple[dict[str, Any], ...] = (
            {"kind": "close-user", "login_id": login_id},
            {"kind": "reset-otp", "login_id": login_id},
            {"kind": "unlock-user", "login_id": login_id},
            {"kind": "grant-functions", "login_id": login_id, "grants": []},
            {"kind": "register-address", "login_id": login_id, "network": "10.1.2.3"},
        )
        for proposal in proposals:
            other = {**proposal, "login_id": "NOBODY99"}
            assert told("POST", paths.REQUESTS, {"proposal": proposal}) == told(
                "POST", paths.REQUESTS, {"proposal": other}
            )
        assert told("POST", paths.SUSPENSIONS, {"login_id": login_id}) == told(
            "POST", paths.SUSPENSIONS, {"login_id": "NOBODY99"}
        )


def test_a_company_grants_its_own_identities_only(desk: Desk) -> None:
    for code in ("HBR01", "NONE1"):
        wish = {"function": "EU_LOP", "identity_codes": [code]}
        proposal = {"kind": "grant-functions", "login_id": "LEE02", "grants": [wish]}
        answer = desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": proposal})
        assert number_of(answer) == 9002 and code in answer.json()["detail"]


def test_rights_taken_away_in_mid_session_are_gone_at_the_next_call(desk: Desk) -> None:
    assert desk.ask("LEE02", "GET", paths.FOLDERS).is_success
    made = desk.request("WONGDA1", kind="grant-functions", login_id="LEE02", grants=[])
    assert desk.approve("LEEDA2", made).is_success
    assert number_of(desk.ask("LEE02", "GET", paths.FOLDERS)) == 2000


def test_a_closed_account_is_gone_for_good_and_its_seat_is_free(desk: Desk) -> None:
    token = desk.token("LEE02")
    waiting = desk.request("WONGDA1", kind="reset-otp", login_id="LEE02")
    made = desk.request("WONGDA1", kind="close-user", login_id="LEE02")
    before = desk.ask("WONGDA1", "GET", paths.USERS).json()["used"]
    assert desk.approve("LEEDA2", made).is_success
    assert number_of(desk.ask("LEE02", "GET", paths.OWN_SESSION)) == 1005 and token
    assert desk.ask("WONGDA1", "GET", paths.USERS).json()["used"] == before - 1
    assert desk.seen("LEEDA2", waiting)["state"] == "void"
    assert number_of(desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": new_user("LEE02")})) == 9002


def test_an_email_address_serves_one_account_in_whatever_case(desk: Desk) -> None:
    holder = sql(desk.world, "SELECT email FROM accounts WHERE login_id = 'HO01'").scalar_one()
    answer = desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": new_user(email=holder.upper())})
    assert number_of(answer) == 3005 and "group address" in answer.json()["remedy"]


@pytest.mark.parametrize("extra", [{"is_da": True}, {"state": "applied"}, {"maker": "LEEDA2"}])
def test_fields_that_nobody_asked_for_are_refused(desk: Desk, extra: dict[str, Any]) -> None:
    for body in ({"proposal": {**new_user(), **extra}}, {"proposal": new_user(), **extra}):
        answer = desk.ask("WONGDA1", "POST", paths.REQUESTS, body)
        assert answer.status_code == 422 and number_of(answer) == 9002
        assert "a field that is not known" in answer.json()["detail"]
        assert f"{extra}" not in answer.text, "what nobody knows may be a secret in the wrong place"
