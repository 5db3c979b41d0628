"""`ecp migration`: where each submission folder is served, and when the rest moves."""

from __future__ import annotations

from datetime import timedelta

from backend.core.migrating import Batch
from tests.commands.conftest import Ecp
from tests.world import World


def test_migration_lists_folders_batches_and_instants(chan: Ecp, world: World) -> None:
    at = world.clock.now() + timedelta(hours=2)
    world.platform.store.write(lambda unit: unit.put_batch(Batch("2", at)))
    said = chan("migration")
    lines = {line.split()[0]: line for line in said.out.splitlines() if line.strip()}
    assert said.code == 0 and "ECP 2.0" in lines["SD-1"] and f"{at:%Y-%m-%dT%H:%M}" in lines["NBCAN"]
    assert "existing ECP" in lines["DECL"] and "will be announced in due course" in lines["DECL"]
    data = chan("migration", "--json").data
    assert {one["folder"] for one in data["folders"] if one["route"] == "existing"} == {"NBCAN", "DECL"}
    assert [one["batch"] for one in data["batches"]] == ["1", "2", "3"] and data["decommissioned"] is None
