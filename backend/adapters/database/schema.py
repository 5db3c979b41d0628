"""The schema's version: `ecpd upgrade` moves it, `ecpd serve` refuses any other."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from backend.adapters.database.engine import WRITING


class SchemaMismatch(Exception):
    """The database has another schema version than this program; `str()` says what to do."""


def upgrade(engine: Engine) -> None:
    """Brings an empty or older database to this program's schema, in one transaction; refuses a newer one."""
    try:
        with engine.execution_options(**{WRITING: True}).connect() as connection, connection.begin():
            command.upgrade(configured(connection), "head")
    except CommandError as error:
        raise SchemaMismatch("The database belongs to another version of ecpd. Install that version.") from error


def check_schema(engine: Engine) -> None:
    """Raises `SchemaMismatch` unless the database has exactly this program's schema."""
    wanted = _wanted()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        what = "upgrade" if found else "init"
        raise SchemaMismatch(
            f"The database has schema version {found or 'none'}, this program needs {wanted}. Run ecpd {what}."
        )


@cache
def _wanted() -> str | None:
    """This program's version, which does not change while it runs."""
    return ScriptDirectory.from_config(configured()).get_current_head()


def configured(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("backend.adapters.database") / "migrations"))
    config.attributes["connection"] = connection
    return config
