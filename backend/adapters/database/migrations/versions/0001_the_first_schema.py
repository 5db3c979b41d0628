"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column(
            "log_index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("login_id", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("folder", sa.String(), nullable=True),
        sa.Column("identity_code", sa.String(), nullable=True),
        sa.Column("input_date", sa.Date(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("supersedes", sa.BigInteger(), nullable=True),
        sa.Column("received_start", sa.BigInteger(), nullable=True),
        sa.Column("submission", sa.String(length=32), nullable=True),
        sa.Column("fault", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("object_key", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_activity")),
        sa.UniqueConstraint("object_key", name=op.f("uq_activity_object_key")),
    )
    op.create_index("ix_activity_at", "activity", ["at", "log_index"], unique=False)
    op.create_index(
        "ix_activity_company",
        "activity",
        [
            "company",
            "log_index",
            "at",
            "folder",
            "identity_code",
            "login_id",
            "channel",
            "act",
            "superseded_by",
            "file_name",
        ],
        unique=False,
        sqlite_where=sa.text("file_name IS NOT NULL"),
        postgresql_where=sa.text("file_name IS NOT NULL"),
    )
    op.create_index(
        "ix_activity_files",
        "activity",
        ["log_index"],
        unique=False,
        sqlite_where=sa.text("file_name IS NOT NULL"),
        postgresql_where=sa.text("file_name IS NOT NULL"),
    )
    op.create_index(
        "ix_activity_folder",
        "activity",
        ["company", "folder", "log_index"],
        unique=False,
        sqlite_where=sa.text("file_name IS NOT NULL"),
        postgresql_where=sa.text("file_name IS NOT NULL"),
    )
    op.create_index(
        "ix_activity_refused",
        "activity",
        ["login_id", "folder", "at"],
        unique=False,
        sqlite_where=sa.text("act = 'refused'"),
        postgresql_where=sa.text("act = 'refused'"),
    )
    op.create_index(
        "ix_activity_repeated",
        "activity",
        ["subject", "log_index"],
        unique=False,
        sqlite_where=sa.text("act = 'repeated'"),
        postgresql_where=sa.text("act = 'repeated'"),
    )
    op.create_index(
        "ix_activity_superseded",
        "activity",
        ["log_index"],
        unique=False,
        sqlite_where=sa.text("superseded_by IS NOT NULL"),
        postgresql_where=sa.text("superseded_by IS NOT NULL"),
    )
    op.create_index("ix_activity_sha256", "activity", ["sha256", "log_index"], unique=False)
    op.create_index(
        "uq_activity_current",
        "activity",
        ["folder", "identity_code", "input_date", "file_name"],
        unique=True,
        sqlite_where=sa.text("act = 'accepted' AND superseded_by IS NULL"),
        postgresql_where=sa.text("act = 'accepted' AND superseded_by IS NULL"),
    )
    op.create_index(
        "uq_activity_submission",
        "activity",
        ["login_id", "submission"],
        unique=True,
        sqlite_where=sa.text("submission IS NOT NULL"),
        postgresql_where=sa.text("submission IS NOT NULL"),
    )
    op.create_table(
        "companies",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("quota", sa.Integer(), server_default="20", nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("cc_das", sa.Integer(), nullable=False),
        sa.Column("ecp_das", sa.Integer(), nullable=False),
        sa.CheckConstraint("state = 'closed' OR (cc_das >= 2 AND ecp_das >= 2)", name=op.f("ck_companies_two_das")),
        sa.CheckConstraint("used <= quota", name=op.f("ck_companies_quota")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_companies")),
    )
    op.create_table(
        "folders",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_folders")),
    )
    op.create_table(
        "functions",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_functions")),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("set_back", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "platform",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("access_epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("catalogue_revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("key_checks", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_platform_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform")),
    )
    op.create_table(
        "refusal_counts",
        sa.Column("login_id", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("login_id", "folder", name=op.f("pk_refusal_counts")),
    )
    op.create_table(
        "throttles",
        sa.Column("login", sa.LargeBinary(), nullable=False),
        sa.Column("locked", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_throttles")),
    )
    op.create_table(
        "used_transactions",
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_used_transactions")),
    )
    op.create_table(
        "user_types",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_user_types")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("sealed_seed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_sign_in", sa.BigInteger(), nullable=True),
        sa.Column("last_source", sa.String(), nullable=True),
        sa.CheckConstraint("(company IS NULL) = (kind IN ('operator', 'auditor'))", name=op.f("ck_accounts_company")),
        sa.CheckConstraint("kind IN ('business', 'da', 'operator', 'auditor')", name=op.f("ck_accounts_kind")),
        sa.CheckConstraint("state IN ('invited', 'active', 'suspended', 'closed')", name=op.f("ck_accounts_state")),
        sa.ForeignKeyConstraint(["company"], ["companies.code"], name=op.f("fk_accounts_company")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
        sa.UniqueConstraint("login_id", name=op.f("uq_accounts_login_id")),
    )
    op.create_index(op.f("ix_accounts_company"), "accounts", ["company"], unique=False)
    op.create_table(
        "activity_details",
        sa.Column(
            "log_index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("fault_values", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["log_index"], ["activity.log_index"], name=op.f("fk_activity_details_log_index")),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_activity_details")),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'failed')", name=op.f("ck_attempts_state")),
        sa.ForeignKeyConstraint(["login"], ["throttles.login"], name=op.f("fk_attempts_login")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_attempts_login"), "attempts", ["login"], unique=False)
    op.create_table(
        "identities",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("user_type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["company"], ["companies.code"], name=op.f("fk_identities_company")),
        sa.ForeignKeyConstraint(["user_type"], ["user_types.code"], name=op.f("fk_identities_user_type")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_company"), "identities", ["company"], unique=False)
    op.create_table(
        "administrator_rights",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.CheckConstraint("service IN ('client_connect', 'ecp')", name=op.f("ck_administrator_rights_service")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_administrator_rights_account_id")),
        sa.PrimaryKeyConstraint("account_id", "service", name=op.f("pk_administrator_rights")),
    )
    op.create_table(
        "grants",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("identity_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_grants_account_id")),
        sa.ForeignKeyConstraint(["function"], ["functions.code"], name=op.f("fk_grants_function")),
        sa.ForeignKeyConstraint(["identity_code"], ["identities.code"], name=op.f("fk_grants_identity_code")),
        sa.PrimaryKeyConstraint("account_id", "function", "identity_code", name=op.f("pk_grants")),
    )
    op.create_table(
        "sessions",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("last_sign_in", sa.BigInteger(), nullable=True),
        sa.Column("last_source", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"], unique=False)
    op.create_table(
        "sftp_addresses",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sftp_addresses_account_id")),
        sa.PrimaryKeyConstraint("account_id", "network", name=op.f("pk_sftp_addresses")),
    )
    op.create_table(
        "sftp_keys",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sftp_keys_account_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_sftp_keys")),
    )
    op.create_index(op.f("ix_sftp_keys_account_id"), "sftp_keys", ["account_id"], unique=False)
    op.create_table(
        "tickets",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_tickets_account_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tickets")),
    )
    op.execute("INSERT INTO platform (id) VALUES (1)")
    op.bulk_insert(_log_head, [{"id": 1, "size": 0, "frontier": b""}])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE activity_names USING fts5"
            "(file_name, content='activity', content_rowid='log_index', tokenize='trigram', columnsize=0, detail=full)"
        )
    else:
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute("CREATE INDEX ix_activity_name ON activity USING gin (lower(file_name) gin_trgm_ops)")


_log_head = sa.table(
    "log_head", sa.column("id", sa.Integer), sa.column("size", sa.BigInteger), sa.column("frontier", sa.LargeBinary)
)
