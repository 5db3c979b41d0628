"""Trading days, moved cut-offs, who was told of them; migration batches and the existing ECP's accounts."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Date, ForeignKey, String, Table

from backend.adapters.database.tables.base import Instant, metadata

closed_days = Table(
    "closed_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("name", String, nullable=False),
    CheckConstraint("kind IN ('holiday', 'closure')", name="kind"),
)
extensions = Table(
    "extensions",
    metadata,
    Column("folder", String, primary_key=True),
    Column("input_date", Date, primary_key=True),
    Column("identity_code", String, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("reason", String, nullable=False),
)
exemptions = Table(
    "exemptions",
    metadata,
    Column("folder", String, primary_key=True),
    Column("input_date", Date, primary_key=True),
    Column("identity_code", String, primary_key=True),
    Column("reason", String, nullable=False),
)
notices = Table(
    "notices",
    metadata,
    Column("kind", String, primary_key=True),
    Column("folder", String, primary_key=True),
    Column("input_date", Date, primary_key=True),
    Column("identity_code", String, primary_key=True),
    Column("at", Instant, nullable=False),
)
batches = Table(
    "batches",
    metadata,
    Column("code", String, primary_key=True),
    Column("at", Instant),
    Column("switched", Instant),
)
existing_accounts = Table(
    "existing_accounts",
    metadata,
    Column("login", String, primary_key=True),
    Column("company", ForeignKey("companies.code"), nullable=False),
    Column("name", String, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("identity_codes", JSON, nullable=False),
    Column("closed", Instant),
)
