"""The schema: migrations make what the tables say, and no other version is served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from backend.adapters.database import SchemaMismatch, check_schema, open_engine, upgrade
from backend.adapters.database.tables import metadata
from backend.settings import Settings, SettingsError
from backend.wiring import initialise, open_platform
from tests.world import World, open_world

pytestmark = pytest.mark.databases

BESIDE = {"ix_activity_name"}
"""Made by hand in the migration: what SQLAlchemy's tables cannot say alike for both databases."""


def ours(name: str | None, kind: str, parents: Any) -> bool:
    return not ((name or "").startswith("activity_names") or name in BESIDE or name == "alembic_version")


def test_the_migrations_make_exactly_the_tables(any_world: World) -> None:
    with any_world.platform.store.engine.connect() as connection:
        options = {"compare_type": True, "include_name": ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_upgrading_twice_changes_nothing(any_world: World) -> None:
    engine = any_world.platform.store.engine
    upgrade(engine)
    check_schema(engine)


def test_another_schema_version_is_refused_with_what_to_do(any_world: World) -> None:
    engine = any_world.platform.store.engine
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'a later one'"))
    with pytest.raises(SchemaMismatch, match=r"a later one.*Run ecpd upgrade"):
        check_schema(engine)


def test_an_empty_database_is_refused(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(SchemaMismatch, match="none"):
        check_schema(engine)
    engine.dispose()


def test_an_upgrade_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'half.db'}")
    monkeypatch.setattr("alembic.op.bulk_insert", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one() == 0
    engine.dispose()


def test_a_second_process_on_the_same_sqlite_is_refused(tmp_path: Path) -> None:
    with open_world(tmp_path / "data") as world, pytest.raises(SettingsError, match="Another ecpd already runs"):
        open_platform(world.platform.settings)
    open_platform(Settings(data_dir=tmp_path / "data")).close()


def test_two_processes_may_share_a_postgresql(any_world: World) -> None:
    if any_world.platform.store.engine.dialect.name == "sqlite":
        pytest.skip("SQLite belongs to one process")
    open_platform(any_world.platform.settings).close()


def test_initialising_twice_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    initialise(settings)
    seed_key = (settings.secrets / "seed_key").read_bytes()
    with pytest.raises(SettingsError, match="initialised already"):
        initialise(settings)
    assert (settings.secrets / "seed_key").read_bytes() == seed_key


def test_the_data_folder_and_its_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    with open_world(tmp_path / "data") as world:
        data_dir = world.platform.settings.data_dir
        for folder in (data_dir, data_dir / "secrets", data_dir / "vault", data_dir / "staging"):
            assert folder.stat().st_mode & 0o777 == 0o700
        for file in (data_dir / "secrets").iterdir():
            assert file.stat().st_mode & 0o777 == 0o600
            assert file.name == "receipt_key" or file.stat().st_size == 32


def test_a_missing_or_damaged_secret_is_said_before_anything_starts(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    with pytest.raises(SettingsError, match="ecpd init"):
        open_platform(settings)
    initialise(settings)
    (settings.secrets / "seed_key").write_bytes(b"short")
    with pytest.raises(SettingsError, match="damaged"):
        open_platform(settings)
    (settings.secrets / "seed_key").unlink()
    with pytest.raises(SettingsError, match="missing"):
        open_platform(settings)


def test_sqlite_is_durable_at_every_commit(world: World) -> None:
    with world.platform.store.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_database_error_never_shows_what_was_stored(database_url: str, tmp_path: Path) -> None:
    engine = open_engine(database_url or f"sqlite:///{tmp_path / 'x.db'}")
    with engine.connect() as connection, pytest.raises(Exception, match="no_such_table") as failed:
        connection.execute(text("SELECT * FROM no_such_table WHERE a = :secret"), {"secret": "hunter2hunter2"})
    assert "hunter2" not in str(failed.value)
    engine.dispose()
