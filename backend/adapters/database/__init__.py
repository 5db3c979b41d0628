"""The store: SQLAlchemy Core on SQLite or PostgreSQL, one writer, readers beside it."""

from backend.adapters.database.engine import open_engine
from backend.adapters.database.schema import SchemaMismatch, check_schema, upgrade
from backend.adapters.database.store import DatabaseStore

__all__ = ["DatabaseStore", "SchemaMismatch", "check_schema", "open_engine", "upgrade"]
