"""The exchange's side: trading days, moved cut-offs, findings, migration, publications of one file to many."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _only(rows: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}


def upgrade() -> None:
    _trading_days()
    op.create_table(
        "batches",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("switched", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_batches")),
    )
    op.create_table(
        "existing_accounts",
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("identity_codes", sa.JSON(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["company"], ["companies.code"], name=op.f("fk_existing_accounts_company_companies")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_existing_accounts")),
    )
    op.add_column("platform", sa.Column("next_switch", sa.BigInteger(), nullable=True))
    op.add_column("platform", sa.Column("decommissioned", sa.BigInteger(), nullable=True))
    _editions()
    op.add_column("activity_details", sa.Column("findings", sa.JSON(), nullable=True))
    op.add_column("activity_details", sa.Column("explanation", sa.String(), nullable=True))
    op.add_column("activity_details", sa.Column("cut_off", sa.BigInteger(), nullable=True))
    op.add_column("activity_details", sa.Column("counts", sa.String(), nullable=True))
    _inbox()


def _editions() -> None:
    op.add_column("activity", sa.Column("bytes_of", sa.BigInteger(), nullable=True))
    for name, columns, rows in (
        ("bytes_of", ["bytes_of", "superseded_by"], "bytes_of IS NOT NULL"),
        ("editions", ["folder", "log_index"], "act = 'published' AND bytes_of IS NULL"),
    ):
        op.create_index(f"ix_activity_{name}", "activity", columns, unique=False, **_only(rows))
    op.create_table(
        "addressed",
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("folder", "to", "file_name", name=op.f("pk_addressed")),
    )
    op.create_index(op.f("ix_addressed_edition"), "addressed", ["edition"], unique=False)


def _inbox() -> None:
    op.add_column("activity", sa.Column("ended", sa.String(), nullable=True))
    op.add_column("activity", sa.Column("again", sa.String(), nullable=True))
    op.add_column("activity", sa.Column("unexplained", sa.Integer(), nullable=True))
    op.drop_index("ix_activity_company", "activity")
    op.drop_index("ix_activity_handed_out", "activity")
    acts = ["act", "superseded_by", "collected", "ended", "file_name"]
    made = {
        "company": (
            ["company", "log_index", "at", "folder", "identity_code", "login_id", "channel", *acts],
            "file_name IS NOT NULL",
        ),
        "inbox": (
            ["folder", "collected", "log_index", "again", "identity_code", "input_date"],
            "act = 'accepted' AND superseded_by IS NULL",
        ),
        "unexplained": (["company", "log_index"], "unexplained IS NOT NULL AND superseded_by IS NULL"),
        "ended": (["log_index"], "ended IS NOT NULL OR act = 'withdrawn' OR act = 'returned'"),
        "gone": (["folder", "identity_code", "input_date", "file_name"], "ended IS NOT NULL"),
        "on_file": (["subject", "login_id", "log_index"], "file_name IS NOT NULL AND subject IS NOT NULL"),
    }
    for name, (columns, rows) in made.items():
        op.create_index(f"ix_activity_{name}", "activity", columns, unique=False, **_only(rows))


def _trading_days() -> None:
    op.add_column("identities", sa.Column("added", sa.BigInteger(), nullable=True))
    key, rows = ["folder", "input_date", "identity_code", "file_name"], "act = 'accepted' AND superseded_by IS NULL"
    op.drop_index("uq_activity_current", "activity")
    op.create_index("uq_activity_current", "activity", key, unique=True, **_only(rows))
    op.create_table(
        "closed_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'closure')", name=op.f("ck_closed_days_kind")),
        sa.PrimaryKeyConstraint("day", "kind", name=op.f("pk_closed_days")),
    )
    for name, told in (
        ("extensions", (sa.Column("until", sa.BigInteger(), nullable=False), _reason())),
        ("exemptions", (_reason(),)),
    ):
        op.create_table(
            name,
            *_place(),
            *told,
            sa.PrimaryKeyConstraint("folder", "input_date", "identity_code", name=op.f(f"pk_{name}")),
        )
    op.create_table(
        "notices",
        sa.Column("kind", sa.String(), nullable=False),
        *_place(),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "folder", "input_date", "identity_code", name=op.f("pk_notices")),
    )


def _place() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("input_date", sa.Date(), nullable=False),
        sa.Column("identity_code", sa.String(), nullable=False),
    )


def _reason() -> sa.Column[Any]:
    return sa.Column("reason", sa.String(), nullable=False)
