"""Whoever owns the database can drop what guards it: how tests do what the log itself refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from backend.adapters.database.engine import WRITING
from tests.world import World


@contextmanager
def unguarded(world: World) -> Iterator[Connection]:
    """A transaction under which the triggers do nothing; they are back afterwards."""
    engine = world.platform.store.engine.execution_options(**{WRITING: True})
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
            return
        made = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in made:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        for _, sql in made:
            connection.exec_driver_sql(sql)
