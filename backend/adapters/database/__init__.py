"""The store: SQLAlchemy Core on SQLite or PostgreSQL, one writer, readers beside it."""

from backend.adapters.database.copying import copy_database, is_empty, snapshot
from backend.adapters.database.engine import open_engine
from backend.adapters.database.platform_row import keep_key_checks, key_checks
from backend.adapters.database.schema import SchemaMismatch, check_schema, upgrade
from backend.adapters.database.sole_process import refuse_others, sole_process
from backend.adapters.database.store import DatabaseStore

__all__ = [
    "DatabaseStore",
    "SchemaMismatch",
    "check_schema",
    "copy_database",
    "is_empty",
    "keep_key_checks",
    "key_checks",
    "open_engine",
    "refuse_others",
    "snapshot",
    "sole_process",
    "upgrade",
]
