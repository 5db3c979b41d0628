"""The inbox, on both databases: what waits, what operators do with it, and what its submitter sees of that."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from backend.core.actor import Actor
from tests.adapters.filing import file
from tests.inbox import WHY, inbox, told
from tests.publishing import contents
from tests.submitting import NAME, broken_invariants, listed, submitted
from tests.world import World

pytestmark = pytest.mark.databases
BCAN = "BCAN_01234_20220520.csv"


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


@pytest.fixture
def oper(any_world: World) -> Actor:
    return any_world.actor("OPER01")


def picked_up(world: World, oper: Actor, log_index: int, reason: str = WHY) -> bytes:
    return contents(world.services.collecting.pick_up(oper, log_index, reason))


# ── the story ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_picked_up_replayed_and_collected_again_and_its_submitter_sees_each(
    any_world: World, chan: Actor, oper: Actor
) -> None:
    world, one = any_world, submitted(any_world, chan, b"one").activity.log_index
    assert told(world, oper) == [(NAME, 1, "accepted", None)]
    assert picked_up(world, oper, one) == b"one"
    assert told(world, oper) == [] and told(world, oper, state="collected") == [(NAME, 1, "collected", None)]
    (item,) = inbox(world, oper, state="all")
    assert (item.collected_by, item.collected_at) == ("OPER01", world.clock.now())
    world.services.inbox.replay(world.actor("OPER02"), one, "lost on our side")
    assert told(world, oper) == told(world, oper, state="again") == [(NAME, 1, "accepted", "replayed")]
    picked_up(world, oper, one)
    assert told(world, oper, state="all") == [(NAME, 1, "collected", "replayed")]
    seen = world.services.activity.one(chan, one).counter_receipts
    said = [(act.state, act.login_id, act.reason) for act in seen]
    assert said == [
        ("collected", "OPER01", WHY),
        ("replayed", "OPER02", "lost on our side"),
        ("collected", "OPER01", WHY),
    ]
    assert [state for state, *_ in listed(world, chan)] == ["collected", "collected", "replayed", "collected"]
    assert f"subject: {one}\n" in world.services.activity.one(chan, seen[1].log_index).receipt


def test_what_was_returned_stands_no_more_is_due_again_and_its_submitter_is_told_why(
    any_world: World, chan: Actor, oper: Actor
) -> None:
    world, friday = any_world, date(2022, 5, 20)
    name = "SD1_01234_20220520.csv"
    one = submitted(world, chan, b"one", input_date=friday, file_name=name).activity.log_index
    assert _due(world, chan) == "received"
    receipt = world.services.inbox.give_back(oper, one, WHY)
    assert (receipt.activity.state, receipt.activity.reason, receipt.activity.identity_code) == (
        "returned",
        WHY,
        "01234",
    )
    assert _due(world, chan) == "due" and told(world, oper, state="all") == []
    assert listed(world, chan) == [("returned", 1, None), ("returned", 1, None)]
    (mail,) = [mail for mail in world.mails("CHAN01") if "returned" in mail.subject]
    assert WHY in mail.text and name in mail.text and "Submit it again" in mail.text
    (line,) = world.services.home.home(chan).returned
    assert (line.state, line.file_name, line.reason) == ("returned", name, WHY)
    again = submitted(world, chan, b"one", input_date=friday, file_name=name)
    assert (again.replayed, again.activity.version, again.activity.supersedes) == (False, 2, None)
    assert again.activity.log_index != one and _due(world, chan) == "received"
    assert world.services.home.home(chan).returned == ()
    assert told(world, oper) == [(name, 2, "accepted", "returned")]
    assert broken_invariants(world) == []


def test_a_withdrawal_takes_the_companion_with_it(any_world: World, chan: Actor, oper: Actor) -> None:
    lee, friday = any_world.actor("LEE02"), date(2022, 5, 20)
    facts: dict[str, Any] = {"folder": "BCAN", "input_date": friday}
    any_world.clock.move(hours=-2)
    rows = file(any_world, (BCAN, f"{BCAN}.ok"), folder="BCAN", input_date=friday, version=1)
    any_world.services.inbox.withdraw(oper, rows[0].log_index, WHY)
    assert told(any_world, oper, state="all") == []
    states = {item.file_name: item.state for item in inboxless(any_world, chan)}
    assert states[f"{BCAN}.ok"] == "withdrawn"
    del lee, facts


def inboxless(world: World, who: Actor) -> list[Any]:
    from backend.contract.messages import ActivityFilter

    return list(world.services.activity.page(who, ActivityFilter(), None, 500).items)


def _due(world: World, who: Actor) -> str:
    (found,) = [
        due for due in world.services.home.home(who).due if (due.folder, due.identity_code) == ("SD-1", "01234")
    ]
    return found.state
