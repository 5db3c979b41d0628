"""Runs the migrations on the connection that `schema.upgrade` opened."""

from __future__ import annotations

from alembic import context

from backend.adapters.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
