"""The platform's own row, and the catalogue."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Integer, String, Table

from backend.adapters.database.tables.base import Instant, metadata

platform = Table(
    "platform",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("access_epoch", BigInteger, nullable=False, server_default="0"),
    Column("catalogue_revision", BigInteger, nullable=False, server_default="0"),
    Column("key_checks", JSON(none_as_null=True)),
    Column("next_switch", Instant),
    Column("decommissioned", Instant),
    CheckConstraint("id = 1", name="one_row"),
)
user_types = Table(
    "user_types", metadata, Column("code", String, primary_key=True), Column("title", String, nullable=False)
)
functions = Table(
    "functions", metadata, Column("code", String, primary_key=True), Column("facts", JSON, nullable=False)
)
folders = Table(
    "folders",
    metadata,
    Column("code", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("facts", JSON, nullable=False),
)
