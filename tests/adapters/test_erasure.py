"""Erasure: 90 days after its closing nothing says any more whose an account was, and every request still opens."""

from __future__ import annotations

import pytest

from backend.contract.messages import RequestPage
from backend.contract.rules.forms import SERVICE_NAMES
from tests.asked_together import Desk, new_user, sql
from tests.keying_in import Operators, acme, as_registered, new
from tests.world import World

PERSONAL = ("Kwok Wing", "kwok03@acme.example", "85221009901", "852 2100 9901", "kwok.new@acme.example")


@pytest.fixture
def desk(any_world: World) -> Desk:
    return Desk(any_world)


def kept(desk: Desk) -> str:
    """All that requests and accounts keep, as whoever copies the database reads it."""
    rows = sql(desk.world, "SELECT proposal, lines FROM change_requests").all()
    accounts = sql(desk.world, "SELECT name, email, email_key, phone FROM accounts").all()
    return f"{rows} {accounts}"


def later(desk: Desk, days: int) -> None:
    desk.world.clock.move(days=days)
    desk.world.platform.sweep()
    desk.tokens.clear()


def all_of(desk: Desk, who: str) -> RequestPage:
    """Every request, opened one by one as well."""
    requests, actor = desk.world.services.requests, desk.world.actor(who)
    page = requests.views.page(actor)
    for one in page.items:
        assert requests.views.one(actor, one.id).digest == one.digest
    return page


def pair(desk: Desk, **proposal: object) -> None:
    answer = desk.approve("LEEDA2", desk.request("WONGDA1", **proposal))
    assert answer.is_success, answer.text


def kwok_comes_and_goes(desk: Desk) -> None:
    pair(desk, **new_user())
    moved = {"name": "Kwok Wing", "email": "kwok.new@acme.example", "phone": "852 2100 9901"}
    pair(desk, kind="change-user", login_id="KWOK03", **moved)
    desk.world.clock.move(seconds=1)
    pair(desk, kind="reinvite", login_id="KWOK03")
    pair(desk, kind="close-user", login_id="KWOK03")


def test_requests_about_an_account_forget_its_owner_with_it(desk: Desk) -> None:
    kwok_comes_and_goes(desk)
    digests = {one.id: one.digest for one in all_of(desk, "WONGDA1").items}
    later(desk, 89)
    assert "Kwok Wing" in kept(desk), "an address is kept for 90 days"
    later(desk, 2)
    assert [said for said in PERSONAL if said in kept(desk)] == []
    after = all_of(desk, "WONGDA1")
    assert {one.id: one.digest for one in after.items} == digests
    assert {one.subject for one in after.items} == {"KWOK03"}


def test_nobody_else_is_forgotten(desk: Desk) -> None:
    pair(desk, **new_user("POON04", name="Poon Ka Yan", phone="852 2100 9902"))
    kwok_comes_and_goes(desk)
    later(desk, 91)
    assert "Poon Ka Yan" in kept(desk) and "poon04@acme.example" in kept(desk)


def test_another_companys_request_for_the_same_login_id_is_left_as_it_is(desk: Desk) -> None:
    theirs = desk.request(
        "HODA1", **new_user(name="Ho Wai", email="ho@harbour.example", phone="852 2100 9903", grants=[])
    )
    kwok_comes_and_goes(desk)
    later(desk, 91)
    assert "Ho Wai" in kept(desk) and theirs["state"] == "submitted"


def test_a_form_forgets_who_was_removed_by_it_and_no_other_on_it(any_world: World) -> None:
    operators, desk = Operators(any_world), Desk(any_world)
    for service in SERVICE_NAMES:
        operators.apply(acme(any_world, new("KWOKDA3", name="Kwok Mei"), service=service))
    moved = as_registered(any_world, "KWOKDA3", name="Kwok Mei Ling", email="mei@new.example", phone="85291110001")
    operators.apply(acme(any_world, moved))
    gone = as_registered(any_world, "KWOKDA3", "remove")
    for service in SERVICE_NAMES:
        operators.apply(acme(any_world, gone, service=service))
    assert "Kwok Mei" in kept(desk)
    any_world.clock.move(days=91)
    any_world.platform.sweep()
    told = kept(desk)
    assert [said for said in ("Kwok Mei", "kwokda3@new", "mei@new", gone.phone.strip("+")) if said in told] == []
    assert "wongda1@acme.example" in told
    lines = [line for one in all_of(desk, "OPER01").items for line in one.lines if line.label == "KWOKDA3"]
    assert {line.after for line in lines} == {
        "appointed: -",
        "removed; closes if no other right and no function is left",
    }
