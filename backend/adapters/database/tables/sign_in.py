"""Throttles, attempts, tickets and sessions."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, LargeBinary, String, Table

from backend.adapters.database.tables.base import Instant, metadata

throttles = Table(
    "throttles",
    metadata,
    Column("login", LargeBinary, primary_key=True),
    Column("locked", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("account_id", Integer),
    Column("seen", Instant),
)
attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", ForeignKey("throttles.login"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("state", String, nullable=False),
    CheckConstraint("state IN ('pending', 'failed')", name="state"),
    sqlite_autoincrement=True,
)
used_transactions = Table(
    "used_transactions",
    metadata,
    Column("nonce", LargeBinary, primary_key=True),
    Column("expires", Instant, nullable=False),
)
tickets = Table(
    "tickets",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("expires", Instant, nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("created", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("source", String, nullable=False),
    Column("last_sign_in", Instant),
    Column("last_source", String),
    Column("channel", String, nullable=False, server_default="console"),
    Column("confirmed", Instant),
    Column("wrong_otps", Integer, nullable=False, server_default="0"),
)
