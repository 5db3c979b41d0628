"""Every table, once. Instants are whole milliseconds since 1970 in UTC; hashes of secrets are raw bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TextClause,
    TypeDecorator,
    text,
)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as milliseconds: exact, ordered, the same on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // _MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * _MILLISECOND


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# ── one row each ─────────────────────────────────────────────────────────────────────────────────────────────────

platform = Table(
    "platform",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("access_epoch", BigInteger, nullable=False, server_default="0"),
    Column("catalogue_revision", BigInteger, nullable=False, server_default="0"),
    Column("key_checks", JSON(none_as_null=True)),
    CheckConstraint("id = 1", name="one_row"),
)
log_head = Table(
    "log_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("set_back", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("id = 1", name="one_row"),
)

# ── catalogue ────────────────────────────────────────────────────────────────────────────────────────────────────

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

# ── Client Connect ───────────────────────────────────────────────────────────────────────────────────────────────

companies = Table(
    "companies",
    metadata,
    Column("code", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("state", String, nullable=False),
    Column("quota", Integer, nullable=False, server_default="20"),
    Column("used", Integer, nullable=False),
    Column("cc_das", Integer, nullable=False),
    Column("ecp_das", Integer, nullable=False),
    CheckConstraint("used <= quota", name="quota"),
    CheckConstraint("state = 'closed' OR (cc_das >= 2 AND ecp_das >= 2)", name="two_das"),
)
identities = Table(
    "identities",
    metadata,
    Column("code", String, primary_key=True),
    Column("company", ForeignKey("companies.code"), nullable=False, index=True),
    Column("user_type", ForeignKey("user_types.code"), nullable=False),
    Column("name", String, nullable=False),
)
accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login_id", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("company", ForeignKey("companies.code"), index=True),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False, unique=True),
    Column("phone", String, nullable=False),
    Column("state", String, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("sealed_seed", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False, server_default="0"),
    Column("last_sign_in", Instant),
    Column("last_source", String),
    CheckConstraint("kind IN ('business', 'da', 'operator', 'auditor')", name="kind"),
    CheckConstraint("state IN ('invited', 'active', 'suspended', 'closed')", name="state"),
    CheckConstraint("(company IS NULL) = (kind IN ('operator', 'auditor'))", name="company"),
)
administrator_rights = Table(
    "administrator_rights",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("service", String, primary_key=True),
    CheckConstraint("service IN ('client_connect', 'ecp')", name="service"),
)
grants = Table(
    "grants",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("function", ForeignKey("functions.code"), primary_key=True),
    Column("identity_code", ForeignKey("identities.code"), primary_key=True),
)
sftp_keys = Table(
    "sftp_keys",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("public_key", String, nullable=False),
    Column("expires", Instant, nullable=False),
)
sftp_addresses = Table(
    "sftp_addresses",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("network", String, primary_key=True),
)

# ── sign-in ──────────────────────────────────────────────────────────────────────────────────────────────────────

throttles = Table(
    "throttles",
    metadata,
    Column("login", LargeBinary, primary_key=True),
    Column("locked", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
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
)

# ── the ledger ───────────────────────────────────────────────────────────────────────────────────────────────────

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
    Column("object_key", String, unique=True),
)
activity_details = Table(
    "activity_details",
    metadata,
    Column("log_index", ForeignKey("activity.log_index"), primary_key=True, autoincrement=False),
    Column("source", String),
    Column("fault_values", JSON(none_as_null=True)),
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
_REPEATED = text("act = 'repeated'")
_SUPERSEDED = text("superseded_by IS NOT NULL")
_CURRENT = text("act = 'accepted' AND superseded_by IS NULL")
Index("ix_activity_files", activity.c.log_index, **_only(_FILE_ACT))
# It holds whatever is filtered by, so that a walk reads only the rows it shows.
Index(
    "ix_activity_company",
    activity.c.company,
    activity.c.log_index,
    *(activity.c[name] for name in ("at", "folder", "identity_code", "login_id", "channel")),
    *(activity.c[name] for name in ("act", "superseded_by", "file_name")),
    **_only(_FILE_ACT),
)
Index("ix_activity_folder", activity.c.company, activity.c.folder, activity.c.log_index, **_only(_FILE_ACT))
Index("ix_activity_repeated", activity.c.subject, activity.c.log_index, **_only(_REPEATED))
Index("ix_activity_superseded", activity.c.log_index, **_only(_SUPERSEDED))
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
    activity.c.identity_code,
    activity.c.input_date,
    activity.c.file_name,
    unique=True,
    **_only(_CURRENT),
)
