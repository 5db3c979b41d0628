"""Whose activities one sees, and what of them stands on Home."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.contract.faults import Refused
from backend.core.actor import Actor
from tests.adapters.filing import NAMES, asked, file, names_of
from tests.world import World

pytestmark = pytest.mark.databases


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


# ── whose ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_sees_another_companys_files(any_world: World) -> None:
    file(any_world, ("acme.csv",))
    row = file(any_world, ("tai.csv",), company="TAIMAN", identity_code="09999", login_id="TAI09")[0]
    file(any_world, ("harbour.csv",), company="HARBOUR", folder="CPM", identity_code="HBR01")
    seen = {
        login_id: set(names_of(asked(any_world, any_world.actor(login_id))))
        for login_id in ("CHAN01", "TAI09", "HO01", "WONGDA1", "OPER01", "AUDIT01")
    }
    assert seen["CHAN01"] == {"acme.csv"} == seen["WONGDA1"]
    assert seen["TAI09"] == {"tai.csv"} and seen["HO01"] == {"harbour.csv"}
    assert seen["OPER01"] == seen["AUDIT01"] == {"acme.csv", "tai.csv", "harbour.csv"}
    for nobody in (row.log_index, 10**6):
        with pytest.raises(Refused) as refused:
            any_world.services.activity.one(any_world.actor("CHAN01"), nobody)
        assert refused.value.number == 2001


def test_naming_another_company_in_the_filter_shows_nothing_of_it(any_world: World, chan: Actor) -> None:
    file(any_world, ("tai.csv",), company="TAIMAN", identity_code="09999", login_id="TAI09")
    assert asked(any_world, chan, login_id="TAI09").items == ()
    assert asked(any_world, chan, identity_code="09999").total == 0


def test_a_folder_that_is_not_granted_is_not_seen_in_activity_either(any_world: World) -> None:
    row = file(any_world, ("lop.csv",), folder="LOP")[0]
    lee = any_world.actor("LEE02")
    assert asked(any_world, lee).items == ()
    assert asked(any_world, lee, folder="LOP").items == ()
    with pytest.raises(Refused) as refused:
        any_world.services.activity.one(lee, row.log_index)
    assert refused.value.number == 2001


def test_sign_ins_are_no_file_acts_and_are_shown_to_nobody_here(any_world: World, chan: Actor) -> None:
    operator = any_world.actor("OPER01")
    assert asked(any_world, operator).items == () and asked(any_world, operator).total == 0
    with pytest.raises(Refused) as refused:
        any_world.services.activity.one(operator, 0)
    assert refused.value.number == 2001


def test_one_activity_comes_with_the_text_of_its_leaf(any_world: World, chan: Actor) -> None:
    row = file(any_world, (NAMES[0],))[0]
    receipt = any_world.services.activity.one(chan, row.log_index)
    assert receipt.receipt == row.text() and receipt.activity.state == "accepted"
    assert replace(row, superseded_by=99).text() == row.text(), "superseding changes no leaf"


# ── home ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def refusals(world: World, login_id: str) -> list[str | None]:
    return [row.file_name for row in world.services.home.home(world.actor(login_id)).refused]


def test_a_refusal_stands_on_home_until_the_same_name_is_accepted(any_world: World) -> None:
    file(any_world, ("a.csv", "b.csv"), act="refused", fault=4505)
    assert refusals(any_world, "CHAN01") == ["b.csv", "a.csv"]
    file(any_world, ("a.csv",))
    assert refusals(any_world, "CHAN01") == ["b.csv"]
    any_world.clock.move(days=7, seconds=1)
    assert refusals(any_world, "CHAN01") == []


def test_choosing_the_right_identity_afterwards_clears_the_refusal(any_world: World) -> None:
    file(any_world, ("a.csv",), act="refused", fault=4505, identity_code="01235")
    file(any_world, ("a.csv",), identity_code="01234")
    assert refusals(any_world, "CHAN01") == []


def test_an_acceptance_elsewhere_does_not_clear_a_refusal(any_world: World) -> None:
    file(any_world, ("a.csv",), act="refused", fault=4505)
    file(any_world, ("a.csv",), folder="LOP")
    file(any_world, ("a.csv",), company="TAIMAN", identity_code="09999")
    assert refusals(any_world, "CHAN01") == ["a.csv"]


def test_folders_count_the_files_of_thirty_days(any_world: World) -> None:
    file(any_world, ("old.csv",))
    any_world.clock.move(days=30, seconds=1)
    file(any_world, ("new.csv",))
    sd1 = any_world.services.home.folders(any_world.actor("CHAN01"))[0]
    assert (sd1.folder, sd1.files) == ("SD-1", 1)
    assert sd1.latest is not None and any_world.clock.now() - sd1.latest < timedelta(minutes=1)
