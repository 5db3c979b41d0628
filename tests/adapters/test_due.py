"""What is due today, on Home: due, received, late, missing."""

from __future__ import annotations

from datetime import UTC, date, datetime

from backend.contract.messages import Due
from backend.core.actor import Actor
from tests.submitting import submitted
from tests.world import World

FRIDAY = date(2022, 5, 20)


def due(world: World, actor: Actor) -> dict[tuple[str, str], Due]:
    return {(one.folder, one.identity_code): one for one in world.services.home.home(actor).due}


def file_today(world: World, actor: Actor, identity_code: str, data: bytes = b"x") -> None:
    name = f"SD1_{identity_code}_20220520.csv"
    submitted(world, actor, data, identity_code=identity_code, input_date=FRIDAY, file_name=name)


def test_each_identity_owes_its_return_until_it_is_received(any_world: World) -> None:
    chan = any_world.actor("CHAN01")
    assert {key: one.state for key, one in due(any_world, chan).items() if key[0] == "SD-1"} == {
        ("SD-1", "01234"): "due",
        ("SD-1", "01235"): "due",
    }
    file_today(any_world, chan, "01234")
    mine = due(any_world, chan)
    assert mine["SD-1", "01234"].state == "received" and mine["SD-1", "01235"].state == "due"
    assert mine["SD-1", "01234"].cut_off == datetime(2022, 5, 20, 12, 0, tzinfo=UTC)


def test_a_return_of_another_date_does_not_count(any_world: World) -> None:
    chan = any_world.actor("CHAN01")
    submitted(any_world, chan, b"x")
    assert due(any_world, chan)["SD-1", "01234"].state == "due"


def test_what_comes_after_the_cut_off_is_late_and_what_does_not_come_is_missing(any_world: World) -> None:
    chan = any_world.actor("CHAN01")
    any_world.clock.at = datetime(2022, 5, 20, 12, 0, 0, 1000, tzinfo=UTC)
    file_today(any_world, chan, "01234")
    mine = due(any_world, chan)
    assert (mine["SD-1", "01234"].state, mine["SD-1", "01235"].state) == ("late", "missing")


def test_a_correction_after_the_cut_off_leaves_what_was_received_in_time_received(any_world: World) -> None:
    chan, in_time = any_world.actor("CHAN01"), any_world.clock.now()
    file_today(any_world, chan, "01234", b"in time")
    any_world.clock.at = datetime(2022, 5, 20, 12, 30, tzinfo=UTC)
    for data in (b"corrected", b"corrected again"):
        file_today(any_world, chan, "01234", data)
    one = due(any_world, chan)["SD-1", "01234"]
    assert (one.state, one.received) == ("received", in_time.replace(microsecond=0))
    assert one.log_index is not None
    assert any_world.services.activity.one(chan, one.log_index).activity.version == 3


def test_a_colleagues_return_counts_for_the_company(any_world: World) -> None:
    file_today(any_world, any_world.actor("LEE02"), "01234")
    assert due(any_world, any_world.actor("CHAN01"))["SD-1", "01234"].state == "received"


def test_the_next_due_is_first_and_operators_owe_nothing(any_world: World) -> None:
    owed = any_world.services.home.home(any_world.actor("CHAN01")).due
    assert [one.cut_off for one in owed] == sorted(one.cut_off for one in owed)
    assert any_world.services.home.home(any_world.actor("OPER01")).due == ()
