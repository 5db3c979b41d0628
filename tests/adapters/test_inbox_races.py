"""The inbox while several people act at once, with real threads on both databases: each act has exactly one outcome."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from backend.core.activity_row import ActivityRow
from backend.core.actor import Actor
from tests.adapters.test_submission_races import finishing, together
from tests.inbox import WHY, told
from tests.publishing import contents
from tests.submitting import NAME, broken_invariants, submitted
from tests.world import World

pytestmark = pytest.mark.databases
ROUNDS = 6


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


@pytest.fixture
def staff(any_world: World) -> tuple[Actor, Actor]:
    return any_world.actor("OPER01"), any_world.actor("OPER02")


def entries(world: World) -> list[ActivityRow]:
    with world.platform.store.reading() as rows:
        return [row for row in rows.entries(0, 500) if row.file_name is not None]


def picking_up(world: World, who: Actor, log_index: int) -> Callable[[], bytes]:
    return lambda: contents(world.services.collecting.pick_up(who, log_index, WHY))


def test_a_pickup_and_a_resubmission_at_once_agree_on_which_came_first(
    any_world: World, chan: Actor, staff: tuple[Actor, Actor]
) -> None:
    for number in range(ROUNDS):
        one = submitted(any_world, chan, f"one {number}".encode()).activity
        read, two = together(
            picking_up(any_world, staff[0], one.log_index), finishing(any_world, chan, f"two {number}".encode())
        )
        acts = [row for row in entries(any_world) if row.act == "collected" and row.subject == str(one.log_index)]
        (item,) = told(any_world, staff[0], state="all")
        if read == 4523:
            assert acts == [], "what had been replaced was not collected"
        else:
            assert read == f"one {number}".encode() and acts[0].log_index < two.activity.log_index
        follows = "collected" if acts or number else None  # of an earlier round, operators hold a version already
        assert item == (NAME, two.activity.version, "accepted", follows)
        contents(any_world.services.collecting.pick_up(staff[1], two.activity.log_index, WHY))
    assert broken_invariants(any_world) == []


@pytest.mark.parametrize("ways", [("withdraw", "withdraw"), ("give_back", "withdraw"), ("give_back", "give_back")])
def test_of_several_ends_at_once_exactly_one_is_done(
    any_world: World, chan: Actor, staff: tuple[Actor, Actor], ways: tuple[str, str]
) -> None:
    one = submitted(any_world, chan, b"one").activity.log_index

    def ending(who: Actor, way: str) -> Callable[[], Any]:
        return lambda: getattr(any_world.services.inbox, way)(who, one, WHY)

    outcomes = together(*(ending(who, way) for who, way in zip(staff * 3, ways * 3, strict=True)))
    done = [outcome for outcome in outcomes if outcome != 4523]
    assert len(done) == 1 and outcomes.count(4523) == len(outcomes) - 1
    acts = [row for row in entries(any_world) if row.act in ("withdrawn", "returned")]
    assert [row.log_index for row in acts] == [done[0].activity.log_index]
    assert any_world.services.activity.one(chan, one).activity.state == done[0].activity.state
    assert (
        len([mail for mail in any_world.mails("CHAN01") if "returned" in mail.subject or "withdrawn" in mail.subject])
        == 1
    )


def test_a_withdrawal_while_another_operator_collects_lets_out_what_is_logged_and_nothing_after(
    any_world: World, chan: Actor, staff: tuple[Actor, Actor]
) -> None:
    for number in range(ROUNDS):
        one = submitted(any_world, chan, f"{number}".encode()).activity.log_index
        out, *read = together(
            partial(any_world.services.inbox.withdraw, staff[0], one, WHY),
            *(picking_up(any_world, who, one) for who in staff * 2),
        )
        end = out.activity.log_index
        collected = [row for row in entries(any_world) if row.act == "collected" and row.subject == str(one)]
        assert {row.log_index < end for row in collected} <= {True}, "nothing is collected once it is withdrawn"
        assert set(read) <= {4523, f"{number}".encode()}
        assert len({row.login_id for row in collected}) <= sum(outcome != 4523 for outcome in read)
        assert bool(collected) == any(outcome != 4523 for outcome in read)
    assert broken_invariants(any_world) == []


def test_a_return_while_the_submitter_resubmits_hits_the_version_it_was_meant_for_or_none(
    any_world: World, chan: Actor, staff: tuple[Actor, Actor]
) -> None:
    for number in range(ROUNDS):
        one = submitted(any_world, chan, f"wrong {number}".encode()).activity
        back, two = together(
            partial(any_world.services.inbox.give_back, staff[0], one.log_index, WHY),
            finishing(any_world, chan, f"right {number}".encode()),
        )
        assert two.activity.version == (one.version or 0) + 1
        (item,) = told(any_world, staff[0], state="all")
        assert item[1] == two.activity.version, "the resubmission stands either way"
        if back == 4523:
            assert two.activity.supersedes == one.log_index
        else:
            assert (two.activity.supersedes, item[3]) == (None, "returned")
            assert back.activity.log_index < two.activity.log_index
        any_world.services.inbox.withdraw(staff[1], two.activity.log_index, WHY)
    assert broken_invariants(any_world) == []


def test_of_many_replays_at_once_one_is_done_and_the_next_collection_takes_the_file_once(
    any_world: World, chan: Actor, staff: tuple[Actor, Actor]
) -> None:
    one = submitted(any_world, chan, b"one").activity.log_index
    contents(any_world.services.collecting.pick_up(staff[0], one, WHY))
    replays = together(*(partial(any_world.services.inbox.replay, who, one, WHY) for who in staff * 3))
    assert replays.count(4523) == 5
    together(*(picking_up(any_world, who, one) for who in staff * 2))
    with any_world.platform.store.reading() as rows:
        row = rows.activity(one)
    marks = [it.log_index for it in entries(any_world) if it.act == "collected" and it.log_index > one + 1]
    assert row is not None and row.collected in marks, "the mark is one of those made since"
    assert told(any_world, staff[0], state="waiting") == []
