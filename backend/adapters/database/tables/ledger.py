"""The entries of the ledger, and what is known beside them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    TextClause,
    text,
)

from backend.adapters.database.tables.base import Instant, metadata

activity = Table(
    "activity",
    metadata,
    Column("log_index", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("origin", String, nullable=False),
    Column("act", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("channel", String, nullable=False),
    Column("company", String),
    Column("login_id", String),
    Column("subject", String),
    Column("folder", String),
    Column("identity_code", String),
    Column("input_date", Date),
    Column("file_name", String),
    Column("size", BigInteger),
    Column("sha256", String(64)),
    Column("version", Integer),
    Column("supersedes", BigInteger),
    Column("received_start", Instant),
    Column("submission", String(32)),
    Column("fault", Integer),
    Column("count", Integer),
    Column("superseded_by", BigInteger),
    Column("collected", BigInteger),
    Column("ended", String),
    Column("again", String),
    Column("unexplained", Integer),
    Column("object_key", String, unique=True),
    Column("bytes_of", BigInteger),
    Column("object", String),
    Column("request", Integer),
    Column("kind", String),
    Column("revision", Integer),
    Column("digest", String(64)),
    Column("details", String(64)),
    Column("leaf_hash", LargeBinary),
    Column("signed_by", Integer),
    Column("signature", LargeBinary),
)
activity_details = Table(
    "activity_details",
    metadata,
    Column("log_index", ForeignKey("activity.log_index"), primary_key=True, autoincrement=False),
    Column("source", String),
    Column("fault_values", JSON(none_as_null=True)),
    Column("note", String),
    Column("findings", JSON(none_as_null=True)),
    Column("explanation", String),
    Column("cut_off", Instant),
    Column("counts", String),
    Column("personal", JSON(none_as_null=True)),
)
addressed = Table(
    "addressed",
    metadata,
    Column("folder", String, primary_key=True),
    Column("to", String, primary_key=True),
    Column("file_name", String, primary_key=True),
    Column("edition", BigInteger, nullable=False, index=True),
)
refusal_counts = Table(
    "refusal_counts",
    metadata,
    Column("login_id", String, primary_key=True),
    Column("folder", String, primary_key=True),
    Column("count", Integer, nullable=False),
)


def _only(rows: TextClause) -> dict[str, Any]:
    """Makes an index over these rows alone, on either database."""
    return {"sqlite_where": rows, "postgresql_where": rows}


_FILE_ACT = text("file_name IS NOT NULL")
_REFUSED = text("act = 'refused'")
_ACT = text("file_name IS NULL")
_REPEATED = text("act = 'repeated'")
_SUPERSEDED = text("superseded_by IS NOT NULL")
_COLLECTED = text("act = 'collected' OR collected IS NOT NULL")
_NOT_ACCEPTED = text("file_name IS NOT NULL AND act <> 'accepted'")
_ENDED = text("ended IS NOT NULL OR act = 'withdrawn' OR act = 'returned'")
_ON_A_FILE = text("file_name IS NOT NULL AND subject IS NOT NULL")
_PUBLISHED = text("act = 'published' AND superseded_by IS NULL")
_ERASED = text("act = 'sources-erased'")
_CURRENT = text("act = 'accepted' AND superseded_by IS NULL")
Index("ix_activity_files", activity.c.log_index, **_only(_FILE_ACT))
# It holds whatever is filtered by, so that a walk reads only the rows it shows.
Index(
    "ix_activity_company",
    activity.c.company,
    activity.c.log_index,
    *(activity.c[name] for name in ("at", "folder", "identity_code", "login_id", "channel")),
    *(activity.c[name] for name in ("act", "superseded_by", "collected", "ended", "file_name")),
    **_only(_FILE_ACT),
)
Index("ix_activity_folder", activity.c.company, activity.c.folder, activity.c.log_index, **_only(_FILE_ACT))
Index("ix_activity_repeated", activity.c.subject, activity.c.log_index, **_only(_REPEATED))
Index("ix_activity_superseded", activity.c.log_index, **_only(_SUPERSEDED))
Index("ix_activity_collected", activity.c.log_index, **_only(_COLLECTED))
Index(
    "ix_activity_published",
    activity.c.folder,
    activity.c.identity_code,
    activity.c.log_index,
    **_only(_PUBLISHED),
)
Index(
    "ix_activity_inbox",
    activity.c.folder,
    activity.c.collected,
    activity.c.log_index,
    *(activity.c[name] for name in ("again", "identity_code", "input_date")),
    **_only(_CURRENT),
)
Index("ix_activity_ended", activity.c.log_index, **_only(_ENDED))
Index(
    "ix_activity_gone",
    activity.c.folder,
    activity.c.identity_code,
    activity.c.input_date,
    activity.c.file_name,
    **_only(text("ended IS NOT NULL")),
)
Index(
    "ix_activity_unexplained",
    activity.c.company,
    activity.c.log_index,
    **_only(text("unexplained IS NOT NULL AND superseded_by IS NULL")),
)
Index(
    "ix_activity_bytes_of",
    activity.c.bytes_of,
    activity.c.superseded_by,
    **_only(text("bytes_of IS NOT NULL")),
)
Index(
    "ix_activity_editions",
    activity.c.folder,
    activity.c.log_index,
    **_only(text("act = 'published' AND bytes_of IS NULL")),
)
Index("ix_activity_act", activity.c.act, activity.c.log_index, **_only(_NOT_ACCEPTED))
Index("ix_activity_on_file", activity.c.subject, activity.c.login_id, activity.c.log_index, **_only(_ON_A_FILE))
Index("ix_activity_acts_of", activity.c.login_id, activity.c.log_index, **_only(_ACT))
Index("ix_activity_acts_on", activity.c.subject, activity.c.log_index, **_only(_ACT))
Index("ix_activity_erased", activity.c.subject, activity.c.log_index, **_only(_ERASED))
Index("ix_activity_at", activity.c.at, activity.c.log_index)
Index("ix_activity_sha256", activity.c.sha256, activity.c.log_index)
Index("ix_activity_refused", activity.c.login_id, activity.c.folder, activity.c.at, **_only(_REFUSED))
Index(
    "uq_activity_submission",
    activity.c.login_id,
    activity.c.submission,
    unique=True,
    **_only(text("submission IS NOT NULL")),
)
Index(
    "uq_activity_current",
    activity.c.folder,
    activity.c.input_date,
    activity.c.identity_code,
    activity.c.file_name,
    unique=True,
    **_only(_CURRENT),
)
Index(
    "uq_activity_published",
    activity.c.folder,
    activity.c.identity_code,
    activity.c.input_date,
    activity.c.file_name,
    unique=True,
    **_only(_PUBLISHED),
)
