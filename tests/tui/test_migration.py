"""Migration: everybody sees what has moved and when the rest does; an operator pair plans it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from backend.contract.messages import PlanBatch
from backend.core.catalogue import FolderRule
from backend.core.migrating import Batch
from backend.core.rows import Unit
from ecp_tui.widgets.table import Table
from tests.tui.administrators import consoles, settles
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World


async def test_a_participant_sees_batches_instants_and_what_has_moved(person: Person, world: World) -> None:
    now = world.clock.now()
    world.platform.store.write(lambda unit: unit.put_batch(Batch("1", now, now)))
    world.platform.store.write(lambda unit: unit.put_batch(Batch("2", now + timedelta(hours=3))))
    await person.sign_in_as("TAI09", world.people["TAI09"], world.fresh_otp("TAI09"))
    await person.goes_to("Folders")
    await person.sees("for submission")
    await person.press("m")
    await person.sees("Batch 1  ● moved 2022-05-20 16:00 HKT", "Batch 2  ◐ moves 2022-05-20 19:00 HKT, in 2 h")
    await person.sees("Batch 3  ○ will be announced in due course", "NBCAN", "○ existing ECP", "● ECP 2.0")
    await person.sees("5 of 7 folders are in ECP 2.0", "next: batch 2, in 2 h", "disabled and hidden")
    person.keeps("migration_participant")
    await person.press("e")
    await person.does_not_see("Plan a migration batch")


async def test_an_operator_plans_a_batch_and_another_approves_it(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "OPER01", "OPER02") as (maker, checker):
        await maker.goes_on_to("migration")
        await maker.sees("Batch 2")
        maker.app.screen.query_one(Table).go_to("batch/2")
        await maker.press("x")
        await maker.sees("The existing ECP still serves NBCAN, DECL (3009).")
        await maker.press("e")
        await maker.sees("Plan a migration batch", "NBCAN", "Empty: in due course")
        await maker.press("tab", "tab")
        await maker.types("2022-05-23 07:00")
        await maker.sees("in 2 d")
        maker.keeps("migration_plan")
        await maker.press("f8")
        await maker.sees("Batch 2 moves", "not planned", "2022-05-23 07:00 HKT")
        maker.keeps("migration_review")
        await maker.press("f8")
        await checker.goes_to("Approvals")
        await checker.sees("plan batch")
        await checker.press("enter")
        await checker.sees("Batch 2 moves", "Its folders move at that instant.")


@pytest.mark.parametrize("wrong", ["tomorrow", "2022-05-19 07:00"])
async def test_an_instant_that_cannot_be_is_said_beside_its_field(opens: Opens, world: World, wrong: str) -> None:
    async with consoles(opens, world, "OPER01") as (maker,):
        await maker.goes_on_to("migration")
        await maker.sees("Batch 2")
        await maker.press("n")
        await maker.sees("Plan a migration batch")
        await maker.press("tab")
        await maker.types("DECL")
        await maker.press("tab")
        await maker.types(wrong)
        await maker.press("f8")
        await maker.sees("✕ not an instant" if wrong == "tomorrow" else "That instant has passed")


async def test_the_existing_ecp_is_ended_from_here_once_all_has_moved(opens: Opens, world: World) -> None:
    at = world.clock.now() + timedelta(minutes=5)
    await settles(world, "OPER01", "OPER02", PlanBatch(batch="2", folders=("NBCAN", "DECL"), at=at))
    world.clock.at = at
    world.services.migration.switch()
    async with consoles(opens, world, "OPER01") as (maker,):
        await maker.goes_on_to("migration")
        await maker.sees("7 of 7 folders are in ECP 2.0")
        await maker.press("e")
        await maker.sees("All folders have moved; x ends the existing ECP.")
        await maker.press("x")
        await maker.sees("Decommission the existing ECP", "For good")
        await maker.press("enter")
        await maker.sees("refuses everything, for")


async def test_where_everything_is_in_ecp_2_0_and_nothing_else_there_the_topic_is_hidden(
    person: Person, world: World
) -> None:
    with world.platform.store.reading() as rows:
        folders = [replace(one, route="ecp2") for one in rows.catalogue().folders.values()]
    for folder in folders:
        world.platform.store.write(partial(_put, folder))
    await person.sign_in_as("TAI09", world.people["TAI09"], world.fresh_otp("TAI09"))
    await person.goes_to("Folders")
    await person.sees("for submission")
    assert "m migration" not in person.screen
    await person.press("m")
    await person.sees("All folders are in ECP 2.0.")


def _put(folder: FolderRule, unit: Unit) -> None:
    unit.put_folder(folder)
