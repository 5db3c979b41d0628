"""Companies, identities, accounts, what they hold, and how SFTP knows them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from backend.adapters.database.tables.base import Instant, metadata

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
    Column("removed", Instant),
    Column("added", Instant),
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
    Column("email_key", String),
    Column("email_kind", String, nullable=False, server_default="personal"),
    Column("suspended_by", String),
    Column("suspended", Instant),
    Column("closed", Instant),
    Column("sftp_folders", JSON(none_as_null=True)),
    Column("otp_since", Instant),
    Column("pending_seed", LargeBinary),
    CheckConstraint("kind IN ('business', 'da', 'operator', 'auditor')", name="kind"),
    CheckConstraint("state IN ('invited', 'active', 'suspended', 'closed')", name="state"),
    CheckConstraint("(company IS NULL) = (kind IN ('operator', 'auditor'))", name="company"),
    Index("uq_accounts_email_key", "email_key", unique=True),
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
    Column("comment", String, nullable=False, server_default=""),
    Column("registered", Instant),
    Column("revoked", Instant),
    Column("seen", Instant),
    Column("warned", Integer),
)
sftp_addresses = Table(
    "sftp_addresses",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("network", String, primary_key=True),
    Column("registered", Instant),
)
