"""The log as a whole: its head, the roots of its subtrees, what was signed of it, and by which keys."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
)

from backend.adapters.database.tables.base import Instant, metadata

_PLACE = BigInteger().with_variant(Integer, "sqlite")

log_head = Table(
    "log_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("set_back", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("id = 1", name="one_row"),
)
log_nodes = Table(
    "log_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("public_key", String, nullable=False, unique=True),
    Column("since", Instant),
    Column("until", Instant),
    Column("revoked", Instant),
    Column("reason", String),
)
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", _PLACE, primary_key=True, autoincrement=False),
    Column("origin", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("signed_by", ForeignKey("signing_keys.id"), nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
losses = Table(
    "losses",
    metadata,
    Column("entry", _PLACE, primary_key=True, autoincrement=False),
    Column("anchor_size", BigInteger, nullable=False),
    Column("anchor_root", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
)
