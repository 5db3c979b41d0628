"""A whole database, as it was at one instant, copied into an empty one of either kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, Table, and_, func, insert, select, text, update

from backend.adapters.database.engine import WRITING, open_engine, reading_options
from backend.adapters.database.schema import configured
from backend.adapters.database.tables import metadata

_AT_ONCE: Final = 1000
_NAMES: Final = text(
    "INSERT INTO activity_names(rowid, file_name) "
    "SELECT log_index, file_name FROM activity WHERE file_name IS NOT NULL ORDER BY log_index"
)


def snapshot(engine: Engine, path: Path) -> None:
    """The database as of now, in a new SQLite file; whoever writes meanwhile goes on."""
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()  # it begins no transaction, which VACUUM does not bear
        try:
            raw.cursor().execute("VACUUM INTO ?", (str(path),))
        finally:
            raw.close()
    copy = open_engine(f"sqlite:///{path}")
    try:
        if engine.dialect.name != "sqlite":
            copy_database(engine, copy)
        with copy.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        copy.dispose()


def copy_database(source: Engine, target: Engine) -> None:
    """One snapshot into an empty database, in one transaction: it has all of it, or stays empty."""
    reading = source.execution_options(**reading_options(source))
    writing = target.execution_options(**{WRITING: True})
    with reading.connect() as read, read.begin(), writing.connect() as write, write.begin():
        command.upgrade(configured(write), "head")
        for table in metadata.sorted_tables:
            _copy(table, read, write)
        if write.dialect.name == "sqlite":
            write.execute(_NAMES)


def is_empty(engine: Engine) -> bool:
    """Whether nothing of ours is in this database yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() is None


def _copy(table: Table, read: Connection, write: Connection) -> None:
    keys = list(table.primary_key)
    made = {tuple(row) for row in write.execute(select(*keys))}
    ordered = select(table).order_by(*keys).execution_options(yield_per=_AT_ONCE)
    for page in read.execute(ordered).mappings().partitions():
        new: list[dict[str, Any]] = []
        for row in map(dict, page):
            if tuple(row[key.name] for key in keys) not in made:
                new.append(row)
            else:  # one that an empty database begins with
                write.execute(update(table).where(and_(*(key == row[key.name] for key in keys))).values(row))
        if new:
            write.execute(insert(table), new)
    _go_on_counting(table, write)


def _go_on_counting(table: Table, write: Connection) -> None:
    """PostgreSQL counts beside the table: the next number it gives is one above those copied."""
    column: Any = table.autoincrement_column
    if column is None or write.dialect.name == "sqlite":
        return
    highest = write.scalar(select(func.max(column)))
    if highest is not None:
        write.execute(select(func.setval(func.pg_get_serial_sequence(table.name, column.name), highest)))
