"""FAQ D and E, questions 27 to 30: the migration, and the end of the existing ECP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.contract.messages import Decommission, Landing, PlanBatch
from backend.core.actor import Actor
from backend.core.existing import existing_actor
from backend.core.migrating import Batch
from tests.adapters.test_migration_plans import Pair
from tests.doors.existing_ecp.conftest import LOGIN, PDF, intake_of
from tests.submitting import refused_with, submitted
from tests.world import World

FILED = {"folder": "DECL", "file_name": "DECL_09999_20220519.pdf", "identity_code": "09999"}


@pytest.fixture
def tai(world: World) -> Actor:
    return world.actor("TAI09")


def moved(world: World, *folders: str) -> None:
    pair, at = Pair(world), world.clock.now() + timedelta(minutes=5)
    pair.approve(pair.asked(PlanBatch(batch="2", folders=folders, at=at)))
    world.clock.at = at
    world.services.migration.switch()


async def test_faq_27_what_has_moved_is_disabled_and_hidden_in_the_existing_ecp(world: World, tai: Actor) -> None:
    intake = intake_of(world)
    browser = await intake.signed_in()
    assert "DECL:" in browser.text and (await browser.submit()).status_code == 200
    assert refused_with(submitted, world, tai, PDF, **FILED) == 4510
    moved(world, "DECL")
    assert (await browser.submit(PDF + b"2")).status_code == 409 and "4510" in browser.text
    assert "DECL:" not in (await browser.open()).text and "NBCAN:" in browser.text
    assert submitted(world, world.actor("TAI09"), PDF, **FILED).activity.state == "accepted"


def test_faq_28_a_batch_without_an_instant_moves_in_due_course_and_one_with_an_instant_then(world: World) -> None:
    at = world.clock.now() + timedelta(hours=1)
    world.platform.store.write(lambda unit: unit.put_batch(Batch("2", at)))
    page = world.services.migration.page(world.actor("TAI09"))
    assert {one.batch: one.at for one in page.batches} == {"1": None, "2": at, "3": None}
    world.clock.at = at
    assert {one.folder: one.route for one in world.services.migration.page(world.actor("TAI09")).folders} == {
        **dict.fromkeys(("SD-1", "LOP", "LOPA", "BCAN", "CPM", "NBCAN"), "ecp2"),
        "DECL": "existing",
    }


def test_faq_29_everybody_sees_which_folders_have_moved(world: World) -> None:
    for login in ("TAI09", "WONGDA1", "OPER01", "AUDIT01"):
        page = world.services.migration.page(world.actor(login))
        assert {one.folder for one in page.folders if one.route == "existing"} == {"NBCAN", "DECL"}


async def test_faq_30_the_existing_ecp_ends_once_all_folders_have_moved(world: World) -> None:
    intake, pair = intake_of(world), Pair(world)
    world.services.migration.found_at = "https://ecp.example/"
    landing = Landing(name="x", operator="x", version="1", timezone="UTC", now=world.clock.now())
    assert world.services.migration.landing(landing).existing_ecp == "https://ecp.example/"
    assert refused_with(pair.asked, Decommission()) == 3009
    moved(world, "NBCAN", "DECL")
    browser = await intake.signed_in()
    assert "Nothing is submitted here any more" in browser.text
    pair.approve(pair.asked(Decommission()))
    assert (await browser.open()).status_code == 410 and "decommissioned" in browser.text
    assert world.services.migration.landing(landing).existing_ecp is None
    with world.platform.store.reading() as rows:
        assert existing_actor(rows, LOGIN, "-").identities, "what was filed keeps its submitter"
