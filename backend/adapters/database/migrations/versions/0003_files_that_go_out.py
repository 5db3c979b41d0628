"""Files that go out: publications, fetches, withdrawals, and the collection of submissions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _only(rows: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}


def upgrade() -> None:
    op.add_column("activity", sa.Column("collected", sa.BigInteger(), nullable=True))
    op.drop_index("ix_activity_company", "activity")
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
            "collected",
            "file_name",
        ],
        unique=False,
        **_only("file_name IS NOT NULL"),
    )
    op.create_index(
        "ix_activity_collected",
        "activity",
        ["log_index"],
        unique=False,
        **_only("act = 'collected' OR collected IS NOT NULL"),
    )
    op.create_index(
        "ix_activity_act",
        "activity",
        ["act", "log_index"],
        unique=False,
        **_only("file_name IS NOT NULL AND act <> 'accepted'"),
    )
    op.create_index(
        "ix_activity_handed_out",
        "activity",
        ["login_id", "subject", "log_index"],
        unique=False,
        **_only("act = 'fetched' OR act = 'collected'"),
    )
    op.create_index(
        "ix_activity_published",
        "activity",
        ["folder", "identity_code", "log_index"],
        unique=False,
        **_only("act = 'published' AND superseded_by IS NULL"),
    )
    op.create_index(
        "uq_activity_published",
        "activity",
        ["folder", "identity_code", "input_date", "file_name"],
        unique=True,
        **_only("act = 'published' AND superseded_by IS NULL"),
    )
