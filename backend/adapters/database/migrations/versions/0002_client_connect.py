"""Client Connect: change requests, one-time codes, mails, and what accounts, keys and sessions say more.

Locks from before and what was counted towards one do not know their account and are cleared: a lock is an
inconvenience to whoever guesses, no proof of anything, and it could be neither shown nor lifted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mails_due"), "mails", ["due"], unique=False)
    op.create_table(
        "change_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("maker_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("proposal", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("checker_id", sa.Integer(), nullable=True),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "checker_id IS NULL OR checker_id <> maker_id OR state = 'withdrawn'",
            name=op.f("ck_change_requests_two_people"),
        ),
        sa.CheckConstraint("side IN ('company', 'operator')", name=op.f("ck_change_requests_side")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'applied', 'rejected', 'withdrawn', 'expired', 'void')",
            name=op.f("ck_change_requests_state"),
        ),
        sa.ForeignKeyConstraint(["checker_id"], ["accounts.id"], name=op.f("fk_change_requests_checker_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["accounts.id"], name=op.f("fk_change_requests_maker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_requests")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_requests_side", "change_requests", ["side", "company", "state"], unique=False)
    op.create_index("ix_change_requests_subject", "change_requests", ["subject"], unique=False)
    op.create_table(
        "codes",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.Column("replaced", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sealed_seed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("purpose IN ('invitation', 'reset', 'unlock', 'enrolment')", name=op.f("ck_codes_purpose")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_codes_account_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_codes")),
    )
    op.create_index(op.f("ix_codes_account_id"), "codes", ["account_id"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id")),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_recovery_codes")),
    )
    op.add_column("accounts", sa.Column("email_key", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("email_kind", sa.String(), server_default="personal", nullable=False))
    op.add_column("accounts", sa.Column("suspended_by", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("suspended", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("closed", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("sftp_folders", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("accounts", sa.Column("otp_since", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("pending_seed", sa.LargeBinary(), nullable=True))
    op.create_index("uq_accounts_email_key", "accounts", ["email_key"], unique=True)
    op.add_column("activity", sa.Column("object", sa.String(), nullable=True))
    op.add_column("activity", sa.Column("request", sa.Integer(), nullable=True))
    op.add_column("activity", sa.Column("kind", sa.String(), nullable=True))
    op.add_column("activity", sa.Column("revision", sa.Integer(), nullable=True))
    op.add_column("activity", sa.Column("digest", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_activity_acts_of",
        "activity",
        ["login_id", "log_index"],
        unique=False,
        sqlite_where=sa.text("file_name IS NULL"),
        postgresql_where=sa.text("file_name IS NULL"),
    )
    op.create_index(
        "ix_activity_acts_on",
        "activity",
        ["subject", "log_index"],
        unique=False,
        sqlite_where=sa.text("file_name IS NULL"),
        postgresql_where=sa.text("file_name IS NULL"),
    )
    op.add_column("activity_details", sa.Column("note", sa.String(), nullable=True))
    op.add_column("identities", sa.Column("removed", sa.BigInteger(), nullable=True))
    op.add_column("sessions", sa.Column("channel", sa.String(), server_default="console", nullable=False))
    op.add_column("sessions", sa.Column("confirmed", sa.BigInteger(), nullable=True))
    op.add_column("sessions", sa.Column("wrong_otps", sa.Integer(), server_default="0", nullable=False))
    op.add_column("sftp_addresses", sa.Column("registered", sa.BigInteger(), nullable=True))
    op.add_column("sftp_keys", sa.Column("comment", sa.String(), server_default="", nullable=False))
    op.add_column("sftp_keys", sa.Column("registered", sa.BigInteger(), nullable=True))
    op.add_column("sftp_keys", sa.Column("revoked", sa.BigInteger(), nullable=True))
    op.add_column("sftp_keys", sa.Column("seen", sa.BigInteger(), nullable=True))
    op.add_column("sftp_keys", sa.Column("warned", sa.Integer(), nullable=True))
    op.add_column("throttles", sa.Column("account_id", sa.Integer(), nullable=True))
    op.add_column("throttles", sa.Column("seen", sa.BigInteger(), nullable=True))
    op.execute("DELETE FROM attempts")
    op.execute("DELETE FROM throttles")
    op.execute("UPDATE accounts SET email_key = lower(email)")
