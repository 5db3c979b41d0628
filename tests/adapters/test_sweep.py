"""The sweep: nothing that was accepted is ever lost to it, whatever the database says."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.core.actor import Actor
from tests.databases import Prepared, copied_world, reopened_world
from tests.submitting import broken_invariants, objects, submitted
from tests.world import World

pytestmark = pytest.mark.databases


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


def sweep_a_day_later(world: World) -> int:
    world.clock.at = datetime.now(UTC) + timedelta(hours=25)
    return world.platform.sweep()


def test_an_older_database_costs_no_accepted_bytes(prepared_sqlite: Prepared, tmp_path: Path) -> None:
    data_dir, older, newer = tmp_path / "data", tmp_path / "older.db", tmp_path / "newer.db"
    with copied_world(prepared_sqlite, data_dir) as world:
        chan = world.actor("CHAN01")
        with closing(sqlite3.connect(data_dir / "ecp.db")) as now, closing(sqlite3.connect(older)) as backup:
            now.backup(backup)
        submitted(world, chan, b"accepted after the backup")
    shutil.copy(data_dir / "ecp.db", newer)
    shutil.copy(older, data_dir / "ecp.db")
    with reopened_world(prepared_sqlite, data_dir) as world:
        assert sweep_a_day_later(world) == 0 and objects(world) == 1, "nothing is touched while the log lacks entries"
    (data_dir / "anchor").unlink()
    with reopened_world(prepared_sqlite, data_dir) as world:
        assert sweep_a_day_later(world) == 1 and objects(world) == 0
    (aside,) = (data_dir / "vault-orphans").iterdir()
    assert aside.read_bytes() == b"accepted after the backup"
    shutil.copy(newer, data_dir / "ecp.db")
    with reopened_world(prepared_sqlite, data_dir) as world:
        assert sweep_a_day_later(world) == 0
        assert objects(world) == 1 and broken_invariants(world) == [], "the right database finds its bytes again"
    assert list((data_dir / "vault-orphans").iterdir()) == []


def test_an_object_without_a_row_is_put_aside_once(any_world: World, chan: Actor) -> None:
    submitted(any_world, chan, b"one")
    orphan = any_world.platform.vault.stage()
    orphan.write(0, b"orphan")
    key = orphan.keep()
    assert sweep_a_day_later(any_world) == 1
    assert any_world.platform.vault.aside() == [key] and objects(any_world) == 1
    assert any_world.platform.sweep() == 0, "and stays aside"
    any_world.platform.vault.put_aside(key)
    assert broken_invariants(any_world) == []
