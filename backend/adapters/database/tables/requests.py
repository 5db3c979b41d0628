"""Change requests, one-time codes and mails."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from backend.adapters.database.tables.base import Instant, metadata

change_requests = Table(
    "change_requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("side", String, nullable=False),
    Column("company", String),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("maker_id", ForeignKey("accounts.id"), nullable=False),
    Column("state", String, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("proposal", JSON, nullable=False),
    Column("lines", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made", Instant, nullable=False),
    Column("expires", Instant),
    Column("checker_id", ForeignKey("accounts.id")),
    Column("decided", Instant),
    Column("reason", String, nullable=False, server_default=""),
    CheckConstraint("side IN ('company', 'operator')", name="side"),
    CheckConstraint(
        "state IN ('draft', 'submitted', 'returned', 'applied', 'rejected', 'withdrawn', 'expired', 'void')",
        name="state",
    ),
    CheckConstraint("checker_id IS NULL OR checker_id <> maker_id OR state = 'withdrawn'", name="two_people"),
    Index("ix_change_requests_side", "side", "company", "state"),
    Index("ix_change_requests_subject", "subject"),
    sqlite_autoincrement=True,
)
codes = Table(
    "codes",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("purpose", String, nullable=False),
    Column("created", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("used", Instant),
    Column("replaced", Instant),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("sealed_seed", LargeBinary),
    CheckConstraint("purpose IN ('invitation', 'reset', 'unlock', 'enrolment')", name="purpose"),
)
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("key", LargeBinary, primary_key=True),
)
mails = Table(
    "mails",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created", Instant, nullable=False),
    Column("due", Instant, index=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("sent", Instant),
    Column("sealed", LargeBinary),
    sqlite_autoincrement=True,
)
