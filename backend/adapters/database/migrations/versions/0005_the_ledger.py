"""The ledger: what is signed, the roots that proofs are made of, and triggers that let no entry be changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PLACE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_LEAF = (
    *("log_index", "origin", "act", "at", "channel", "company", "login_id", "subject", "folder", "identity_code"),
    *("input_date", "file_name", "size", "sha256", "version", "supersedes", "received_start", "submission", "fault"),
    *("count", "object", "request", "kind", "revision", "digest", "details", "signed_by", "signature"),
)
"""What an entry says, and its signature; the hash of it is written once more for entries of older versions."""
_DETAILS = ("log_index", "note", "fault_values", "findings", "cut_off", "counts")
_KEPT = ("activity", "activity_details", "log_head", "log_nodes", "signing_keys", "checkpoints", "losses")
"""Nothing is removed from these."""
_FIXED = {
    "log_nodes": ("level", "place", "hash"),
    "checkpoints": ("size", "origin", "at", "root", "signed_by", "signature"),
    "losses": ("entry", "anchor_size", "anchor_root", "size", "root"),
    "signing_keys": ("id", "public_key", "since"),
    "activity_details": _DETAILS,
    "activity": _LEAF,
}
"""By table: the columns that never change."""
_ONE_WAY = {
    "activity_hashed": ("activity", ("leaf_hash",), "OLD.leaf_hash IS NOT NULL"),
    "signing_keys_ended": (
        "signing_keys",
        ("until", "revoked", "reason"),
        "OLD.until IS NOT NULL AND (NEW.until IS NULL OR NEW.until <> OLD.until)"
        " OR OLD.revoked IS NOT NULL AND (NEW.revoked IS NULL OR NEW.revoked <> OLD.revoked"
        " OR NEW.reason <> OLD.reason)",
    ),
    "log_head_back": ("log_head", ("size",), "NEW.size < OLD.size"),
}
"""What may change one way only: from nothing, or upwards."""
_SAID = (
    "NEW.source IS NULL AND OLD.source IS NOT NULL AND EXISTS (SELECT 1 FROM activity AS mine JOIN activity AS said "
    "ON said.subject = mine.login_id AND said.log_index > mine.log_index "
    "WHERE mine.log_index = OLD.log_index AND said.act = 'sources-erased')"
)
"""Where an act came from is erased, after an entry that says so."""
_WHY = "the log is only added to"


def upgrade() -> None:
    _tables()
    op.add_column("activity", sa.Column("details", sa.String(64), nullable=True))
    op.add_column("activity", sa.Column("leaf_hash", sa.LargeBinary(), nullable=True))
    op.add_column("activity", sa.Column("signed_by", sa.Integer(), nullable=True))
    op.add_column("activity", sa.Column("signature", sa.LargeBinary(), nullable=True))
    op.add_column("activity_details", sa.Column("personal", sa.JSON(), nullable=True))
    op.create_index(
        "ix_activity_erased",
        "activity",
        ["subject", "log_index"],
        sqlite_where=sa.text("act = 'sources-erased'"),
        postgresql_where=sa.text("act = 'sources-erased'"),
    )
    refuse = _on_sqlite if op.get_bind().dialect.name == "sqlite" else _on_postgresql
    refuse()


def _tables() -> None:
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_log_nodes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
        sa.UniqueConstraint("public_key", name=op.f("uq_signing_keys_public_key")),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", _PLACE, autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("signed_by", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["signed_by"], ["signing_keys.id"], name=op.f("fk_checkpoints_signed_by_signing_keys")),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "losses",
        sa.Column("entry", _PLACE, autoincrement=False, nullable=False),
        sa.Column("anchor_size", sa.BigInteger(), nullable=False),
        sa.Column("anchor_root", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_losses")),
    )


def _on_sqlite() -> None:
    refused = f"BEGIN SELECT RAISE(ABORT, '{_WHY}'); END"
    for table in _KEPT:
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {refused}")
    for table, columns in _FIXED.items():
        op.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {_named(columns)} ON {table} {refused}")
    for name, (table, columns, wrong) in _ONE_WAY.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE UPDATE OF {_named(columns)} ON {table} WHEN {wrong} {refused}")
    erasing = "BEFORE UPDATE OF source, personal ON activity_details"
    op.execute(f"CREATE TRIGGER activity_details_erased {erasing} WHEN NOT ({_SAID}) {refused}")


def _on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_WHY}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    refused = "EXECUTE FUNCTION refuse_change()"
    for table in _KEPT:
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW {refused}")
        op.execute(f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refused}")
    for table, columns in _FIXED.items():
        some = f"BEFORE UPDATE OF {_named(columns)} ON {table} FOR EACH ROW"
        op.execute(f"CREATE TRIGGER {table}_fixed {some} {refused}")
    for name, (table, columns, wrong) in _ONE_WAY.items():
        some = f"BEFORE UPDATE OF {_named(columns)} ON {table} FOR EACH ROW WHEN ({wrong})"
        op.execute(f"CREATE TRIGGER {name} {some} {refused}")
    op.execute(
        "CREATE FUNCTION refuse_erasure() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {_SAID} THEN RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{_WHY}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    some = "BEFORE UPDATE OF source, personal ON activity_details FOR EACH ROW"
    op.execute(f"CREATE TRIGGER activity_details_erased {some} EXECUTE FUNCTION refuse_erasure()")


def _named(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
