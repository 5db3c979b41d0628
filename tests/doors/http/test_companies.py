"""Companies and forms on the HTTP door: for the operator's staff, and nothing slips through a form's fields."""

from __future__ import annotations

from typing import Any

import pytest

from backend.contract import paths
from tests.doors.http.asking import Asking, number_of
from tests.keying_in import acme, new
from tests.world import World


def form(world: World, **other: Any) -> dict[str, Any]:
    return {**acme(world, new("KWOKDA3")).model_dump(mode="json"), **other}


def keyed_in(world: World, **other: Any) -> dict[str, Any]:
    return {"proposal": {"kind": "apply-form", "form": form(world, **other)}, "submit": True}


@pytest.mark.parametrize("who", ["OPER01", "AUDIT01"])
def test_operators_and_auditors_see_all_companies_with_what_is_counted(ask: Asking, world: World, who: str) -> None:
    assert number_of(ask("POST", paths.REQUESTS, "OPER02", json=keyed_in(world))) == 0
    listed = {one["code"]: one for one in ask("GET", paths.COMPANIES, who).json()}
    assert list(listed) == ["ACME", "HARBOUR", "TAIMAN"]
    stands = listed["ACME"]
    assert (stands["used"], stands["quota"], stands["cc_das"], stands["ecp_das"], stands["forms"]) == (5, 20, 2, 2, 1)
    assert {one["login_id"] for one in stands["administrators"]} == {"WONGDA1", "LEEDA2"}
    assert "@" not in str(stands["administrators"])


@pytest.mark.parametrize("who", ["CHAN01", "WONGDA1", "ACMEBOT1"])
def test_nobody_of_a_company_sees_the_companies_or_tries_a_form(ask: Asking, world: World, who: str) -> None:
    assert number_of(ask("GET", paths.COMPANIES, who)) == 2002
    assert number_of(ask("POST", paths.FORM_CHECKS, who, json=form(world))) == 2002
    assert number_of(ask("POST", paths.REQUESTS, who, json=keyed_in(world))) == 2002


def test_an_auditor_reads_and_keys_nothing_in(ask: Asking, world: World) -> None:
    assert number_of(ask("POST", paths.FORM_CHECKS, "AUDIT01", json=form(world))) == 2002
    assert number_of(ask("POST", paths.REQUESTS, "AUDIT01", json=keyed_in(world))) == 2002


def test_without_a_session_there_is_nothing(ask: Asking, world: World) -> None:
    assert number_of(ask("GET", paths.COMPANIES)) == 1005
    assert number_of(ask("POST", paths.FORM_CHECKS, json=form(world))) == 1005


def test_a_check_changes_nothing_and_says_the_lines(ask: Asking, world: World) -> None:
    lines = ask("POST", paths.FORM_CHECKS, "OPER01", json=form(world)).json()
    assert {line["label"] for line in lines} == {"ECP DAs", "DAs who stay", "KWOKDA3"}
    assert ask("GET", paths.COMPANIES, "OPER01").json()[0]["used"] == 5
    assert ask("GET", paths.REQUESTS, "OPER01").json()["items"] == []


@pytest.mark.parametrize(
    "odd",
    [
        {"quota": 200},
        {"state": "active"},
        {"used": 1},
        {"administrators": [{"action": "appoint", "login_id": "EVILDA1", "services": ["client_connect", "ecp"]}]},
        {"administrators": []},
        {"service": "both"},
        {"company": "../ACME"},
        {"identities": [{"action": "seize", "identity_code": "HBR01", "user_type": "GCP", "name": "x"}]},
        {"company_name": "x" * 81},
    ],
)
def test_a_form_with_a_field_that_no_form_has_is_refused(ask: Asking, world: World, odd: dict[str, Any]) -> None:
    for path, body in ((paths.FORM_CHECKS, form(world, **odd)), (paths.REQUESTS, keyed_in(world, **odd))):
        answer = ask("POST", path, "OPER01", json=body)
        assert (answer.status_code, number_of(answer)) == (422, 9002), answer.text


def test_an_operator_cannot_apply_the_form_they_keyed_in_by_another_session(ask: Asking, world: World) -> None:
    request = ask("POST", paths.REQUESTS, "OPER01", json=keyed_in(world)).json()
    approval = {"rev": request["rev"], "digest": request["digest"]}
    again = {"authorization": f"Bearer {world.token('OPER01')}"}
    answer = ask("POST", paths.request_act(request["id"], "approve"), headers=again, json=approval)
    assert number_of(answer) == 3003
    assert number_of(ask("POST", paths.request_act(request["id"], "approve"), "WONGDA1", json=approval)) in (2001, 2002)
    assert (
        ask("POST", paths.request_act(request["id"], "approve"), "OPER02", json=approval).json()["state"] == "applied"
    )


def test_the_landing_page_says_what_a_form_can_apply_for(ask: Asking) -> None:
    landing = ask("GET", paths.LANDING).json()
    assert {"code": "SEHK", "title": "SEHK Participant"} in landing["user_types"] and landing["support"] == []
