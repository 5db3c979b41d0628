"""Batches and the end of the existing ECP are decided by operator pairs, and never take back what has moved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from backend.contract.messages import Approval, ChangeRequest, Decommission, NewRequest, PlanBatch
from backend.core.actor import Actor
from backend.core.catalogue import FolderRule
from tests.submitting import refused_with
from tests.world import World


class Pair:
    """Two operators at work."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.maker, self.checker = world.actor("OPER01"), world.actor("OPER02")

    def asked(self, proposal: Any, maker: Actor | None = None) -> ChangeRequest:
        return self.world.services.requests.make(maker or self.maker, NewRequest(proposal=proposal, submit=True))

    def approve(self, request: ChangeRequest) -> ChangeRequest:
        self.checker = self.world.actor("OPER02")
        approval = Approval(rev=request.rev, digest=request.digest)
        return self.world.services.requests.approve(self.checker, request.id, approval)

    def folder(self, code: str) -> FolderRule:
        with self.world.platform.store.reading() as rows:
            return rows.catalogue().folders[code]

    def later(self, **by: float) -> datetime:
        return self.world.clock.now() + timedelta(**by)


@pytest.fixture
def pair(any_world: World) -> Pair:
    return Pair(any_world)


def plan(batch: str, folders: tuple[str, ...], at: datetime | None) -> PlanBatch:
    return PlanBatch(batch=batch, folders=folders, at=at)


def test_a_batch_moves_at_the_instant_that_a_pair_decided_and_without_one_it_waits(pair: Pair) -> None:
    world, at = pair.world, pair.later(hours=1)
    request = pair.asked(plan("2", ("NBCAN",), at))
    assert request.lines[0].label == "Batch 2 moves" and request.lines[0].before == "not planned"
    assert request.lines[0].weighs and request.lines[0].after.startswith("2022-05-20 17:0")
    pair.approve(request)
    migration = world.services.migration
    migration.switch()
    assert not pair.folder("NBCAN").moved
    put_off = pair.approve(pair.asked(plan("2", ("NBCAN",), None)))
    assert put_off.lines[0].after == "in due course"
    world.clock.at = at
    migration.switch()
    assert not pair.folder("NBCAN").moved, "the switch that must not happen did not"
    again = pair.later(minutes=10)
    pair.approve(pair.asked(plan("2", ("NBCAN", "DECL"), again)))
    assert pair.folder("DECL").batch == "2"
    world.clock.at = again
    page = migration.page(world.actor("CHAN01"))
    assert {one.folder: one.route for one in page.folders}["DECL"] == "ecp2", "said before anybody has switched"
    migration.switch()
    assert pair.folder("NBCAN").moved and pair.folder("DECL").moved


def test_only_operators_plan_and_two_of_them(pair: Pair) -> None:
    world, proposal = pair.world, plan("2", ("NBCAN",), pair.later(hours=1))
    for login in ("CHAN01", "WONGDA1", "AUDIT01"):
        for asked in (proposal, Decommission()):
            assert refused_with(pair.asked, asked, world.actor(login)) == 2002, login
    request = pair.asked(proposal)
    approval = Approval(rev=request.rev, digest=request.digest)
    assert refused_with(world.services.requests.approve, world.actor("OPER01"), request.id, approval) == 3003


def test_what_cannot_move_is_not_planned(pair: Pair) -> None:
    for proposal in (
        plan("2", ("SD-1",), None),
        plan("2", ("RPT-TRD",), None),
        plan("2", ("NOWHERE",), None),
        plan("2", ("NBCAN",), pair.later(seconds=0)),
        plan("2", ("NBCAN",), pair.later(days=-1)),
    ):
        assert refused_with(pair.asked, proposal) == 9002, proposal
    with pytest.raises(ValidationError, match="timezone"):
        plan("2", ("NBCAN",), pair.later(days=1).replace(tzinfo=None))
    pair.approve(pair.asked(plan("2", ("NBCAN",), pair.later(minutes=30))))
    pair.world.clock.move(minutes=31)
    pair.world.services.migration.switch()
    for folders in (("NBCAN",), ("DECL",)):
        assert refused_with(pair.asked, plan("2", folders, None)) == 9002, "what has moved stays"


def test_a_request_whose_instant_passed_or_whose_folder_moved_meanwhile_is_void(pair: Pair) -> None:
    late = pair.asked(plan("2", ("NBCAN",), pair.later(minutes=2)))
    pair.world.clock.move(minutes=3)
    assert refused_with(pair.approve, late) == 3004
    first = pair.asked(plan("4", ("DECL",), pair.later(hours=2)))
    pair.approve(pair.asked(plan("5", ("DECL",), pair.later(hours=3))))
    assert refused_with(pair.approve, first) == 3004, "the folder is in another batch by now"
    assert pair.folder("DECL").batch == "5"


def test_a_folder_left_out_of_a_plan_is_in_no_batch_and_does_not_move(pair: Pair) -> None:
    pair.approve(pair.asked(plan("2", ("NBCAN", "DECL"), None)))
    request = pair.asked(plan("2", ("NBCAN",), pair.later(hours=1)))
    assert [(line.before, line.after) for line in request.lines[1:]] == [("batch 2", "no batch")]
    pair.approve(request)
    pair.world.clock.move(hours=2)
    pair.world.services.migration.switch()
    assert pair.folder("NBCAN").moved and not pair.folder("DECL").moved and pair.folder("DECL").batch is None


def test_the_existing_ecp_ends_only_when_every_folder_has_moved(pair: Pair) -> None:
    world = pair.world
    assert refused_with(pair.asked, Decommission()) == 3009
    pair.approve(pair.asked(plan("2", ("NBCAN", "DECL"), pair.later(minutes=30))))
    pair.world.clock.move(minutes=31)
    world.services.migration.switch()
    request = pair.asked(Decommission())
    assert request.lines[0].after == "refuses everything, for good" and request.lines[0].weighs
    pair.approve(request)
    page = world.services.migration.page(world.actor("CHAN01"))
    assert page.decommissioned is not None and page.existing_ecp is None
    assert refused_with(world.services.existing.sign_in, "ACME-OPS", "x", "127.0.0.1") == 4526
    for asked in (Decommission(), plan("9", ("DECL",), None)):
        assert refused_with(pair.asked, asked) == 9002


def test_the_background_moves_what_no_submission_does(world: World) -> None:
    from threading import Event

    from backend.core.migrating import Batch

    world.platform.store.write(lambda unit: unit.put_batch(Batch("3", world.clock.now())))
    for _ in range(100):
        with world.platform.store.reading() as rows:
            if rows.catalogue().folders["DECL"].moved:
                return
        Event().wait(0.05)
    raise AssertionError("the batch has not moved")
