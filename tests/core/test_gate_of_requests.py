"""The gate of change requests: the whole table of who makes and who checks, role by role and kind by kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import REQUEST_KINDS, RequestKind, Service, Side
from backend.core.accounts import Account
from backend.core.actor import Actor
from backend.core.client_connect.ports.requests import StoredRequest
from backend.core.gate import company_seen, refuse_to_check, refuse_to_make, refuse_unseen, request_scope, sees_request
from tests.core.test_gate import actor
from tests.world import FRIDAY

ECP_KINDS = {"grant-functions", "register-key", "register-address"}
BOTH: tuple[Service, ...] = ("client_connect", "ecp")
ROLES: dict[str, dict[str, Any]] = {
    "business": {"kind": "business"},
    "administrator": {"kind": "da"},
    "client connect right": {"kind": "da", "services": ("client_connect",)},
    "ecp right": {"kind": "da", "services": ("ecp",)},
    "operator": {"kind": "operator"},
    "auditor": {"kind": "auditor"},
}


def somebody(role: str, **facts: Any) -> Actor:
    given = {**ROLES[role], **facts}
    return actor(given.pop("kind"), **given)


def maker(**facts: Any) -> Account:
    return replace(somebody("administrator").account, id=99, login_id="MAKER99", phone="+85221009999", **facts)


def number(action: Any, *args: Any, **options: Any) -> int:
    try:
        action(*args, **options)
    except Refused as refused:
        return refused.number
    return 0


def allowed(role: str, kind: RequestKind, side: Side) -> bool:
    if side == "operator":
        return role == "operator"
    if role == "administrator":
        return True
    return role == ("ecp right" if kind in ECP_KINDS else "client connect right")


@pytest.mark.parametrize("side", ["company", "operator"])
@pytest.mark.parametrize("kind", REQUEST_KINDS)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_makes_and_checks_what_the_table_says(role: str, kind: RequestKind, side: Side) -> None:
    who = somebody(role)
    wanted = 0 if allowed(role, kind, side) else 2002
    assert number(refuse_to_make, who, kind, side, "CHAN01") == wanted
    assert number(refuse_to_check, who, kind, side, "CHAN01", maker()) == wanted


@pytest.mark.parametrize("role", ROLES)
def test_everybody_makes_requests_for_their_own_keys_and_addresses_and_nobody_checks_them_alone(role: str) -> None:
    who = somebody(role)
    for kind in ("register-key", "register-address"):
        assert number(refuse_to_make, who, kind, "company", who.login_id) == 0
        assert number(refuse_to_check, who, kind, "company", who.login_id, maker()) in {2002, 3003}


def test_granting_functions_with_a_new_account_needs_both_rights() -> None:
    for role, wanted in (("client connect right", 2002), ("ecp right", 2002), ("administrator", 0)):
        assert number(refuse_to_make, somebody(role), "create-user", "company", "NEW01", grants=True) == wanted
        checked = number(refuse_to_check, somebody(role), "create-user", "company", "NEW01", maker(), grants=True)
        assert checked == wanted


@pytest.mark.parametrize("side", ["company", "operator"])
@pytest.mark.parametrize("kind", REQUEST_KINDS)
def test_neither_maker_nor_subject_nor_the_maker_under_another_name_checks(kind: RequestKind, side: Side) -> None:
    who = somebody("operator" if side == "operator" else "administrator", phone="+852 2100-0001")
    assert number(refuse_to_check, who, kind, side, "CHAN01", who.account) == 3003
    assert number(refuse_to_check, who, kind, side, who.login_id, maker()) == 3003
    twin = replace(maker(), phone="+85221000001")
    assert number(refuse_to_check, who, kind, side, "CHAN01", twin) == 3006


@pytest.mark.parametrize("state", ["suspended", "closed", "invited"])
def test_whoever_is_not_active_makes_checks_and_sees_nothing(state: str) -> None:
    who = somebody("administrator", state=state)
    for asked in (
        lambda: refuse_to_make(who, "create-user", "company", "NEW01"),
        lambda: refuse_to_check(who, "create-user", "company", "NEW01", maker()),
        lambda: request_scope(who),
        lambda: refuse_unseen(who, who.account),
        lambda: company_seen(who, None),
    ):
        assert number(asked) == (1016 if state == "suspended" else 1005)


def stored(**facts: Any) -> StoredRequest:
    first = StoredRequest(
        1,
        "company",
        "ACME",
        "close-user",
        "CHAN01",
        99,
        "submitted",
        1,
        {},
        (),
        "",
        FRIDAY,
        None,
    )
    return replace(first, **facts)


def test_requests_are_seen_by_the_company_the_staff_and_those_they_are_about() -> None:
    assert sees_request(somebody("administrator"), stored())
    assert not sees_request(somebody("administrator"), stored(company="HARBOUR"))
    assert sees_request(somebody("operator"), stored()) and sees_request(somebody("auditor"), stored())
    assert not sees_request(somebody("business"), stored())
    assert sees_request(somebody("business", login_id="CHAN01"), stored())
    assert not sees_request(somebody("business", login_id="CHAN01"), stored(company="HARBOUR"))


@pytest.mark.parametrize("role", ROLES)
def test_a_draft_is_seen_by_its_maker_alone(role: str) -> None:
    assert not sees_request(somebody(role, login_id="CHAN01"), stored(state="draft"))
    assert sees_request(somebody(role), stored(state="draft", maker_id=1))


def test_an_account_is_seen_by_itself_its_administrators_and_the_staff() -> None:
    theirs = replace(maker(), company="HARBOUR")
    mine = replace(maker(), kind="business", services=())
    for role in ROLES:
        who = somebody(role)
        assert number(refuse_unseen, who, who.account) == 0
        assert number(refuse_unseen, who, None) == 2001
        assert number(refuse_unseen, who, mine) == (2001 if role == "business" else 0)
        assert number(refuse_unseen, who, theirs) == (0 if role in ("operator", "auditor") else 2001)
