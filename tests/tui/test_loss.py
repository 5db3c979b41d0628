"""Entries of the log are missing: what the operator's staff see of it, and how a pair accepts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.core.continuity import Loss
from tests.submitting import submitted
from tests.tui.administrators import consoles
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World


@pytest.fixture
def lost(world: World) -> World:
    """An anchor that vouches for five entries more than the database has."""
    submitted(world, world.actor("CHAN01"), b"one\n")
    newest = world.services.checkpoints.latest()
    continuity = world.services.continuity
    known = continuity._known
    assert known is not None and known.size == newest.size
    continuity._known = replace(known, size=known.size + 5, root=bytes(32), at=known.at + timedelta(minutes=5))
    assert not continuity.holds(world.platform.store) and isinstance(continuity.loss, Loss)
    return world


async def test_a_pair_of_operators_accepts_the_loss(opens: Opens, lost: World) -> None:
    async with consoles(opens, lost, "OPER01", "OPER02") as (maker, checker):
        await maker.sees("Entries of the log are missing", "✕ 9101", "The log had")
        maker.keeps("home_loss")
        await maker.chooses("loss")
        await maker.sees("Accept the loss of entries", "what is accepted here is given up", "Reason")
        maker.keeps("loss_form")
        await maker.press("f8")
        await maker.sees("✕ needed")
        await maker.pastes("The disk of last night is gone.")
        await maker.press("f8")
        await maker.sees("Vouched for", "The disk of last night is")
        maker.keeps("loss_review")
        await maker.press("f8")
        await maker.sees("Request 1")
        await checker.goes_to("Approvals")
        await checker.chooses("1")
        await checker.sees("Accept the loss of entries", "Vouched for")
        checker.keeps("loss_approval")
    client = lost.client("OPER02")
    try:
        assert (await client.approve(await client.request(1))).state == "applied"
    finally:
        await client.close()
    lost.services.checkpoints.make()
    assert lost.services.continuity.loss is None
    assert submitted(lost, lost.actor("CHAN01"), b"two\n").activity.log_index


async def test_auditors_see_it_and_decide_nothing(person: Person, lost: World) -> None:
    await person.sign_in_as("AUDIT01", lost.people["AUDIT01"], lost.fresh_otp("AUDIT01"))
    await person.sees("Entries of the log are missing", "✕ 9101")
    await person.chooses("loss")
    await person.sees("Auditors only look")
