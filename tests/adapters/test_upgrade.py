"""A database of the version before, brought up to date with all that is in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, text

from backend.adapters.database import check_schema, open_engine, upgrade
from backend.adapters.database.engine import WRITING
from backend.adapters.database.schema import _config

FILLED = (
    "INSERT INTO user_types VALUES ('SEHK', 'SEHK Participant')",
    "INSERT INTO functions VALUES ('EU_SD1', '{}')",
    "INSERT INTO companies VALUES ('ACME', 'Acme Securities', 'active', 20, 3, 2, 2)",
    "INSERT INTO identities VALUES ('01234', 'ACME', 'SEHK', 'Acme Securities Ltd')",
    "INSERT INTO accounts (id, login_id, kind, company, name, email, phone, state, password_hash, sealed_seed) "
    "VALUES (7, 'CHAN01', 'business', 'ACME', 'Chan', 'Chan@Acme.example', '+85221000000', 'active', 'h', :seed)",
    "INSERT INTO grants VALUES (7, 'EU_SD1', '01234')",
    "INSERT INTO sftp_keys (fingerprint, account_id, public_key, expires) VALUES ('SHA256:x', 7, 'ssh-ed25519 A', 9)",
    "INSERT INTO sessions (key, account_id, created, seen, source) VALUES (:seed, 7, 1, 2, '10.1.2.3')",
    "INSERT INTO throttles (login, locked, failures) VALUES (:seed, 5, 5)",
    "INSERT INTO attempts (login, at, state) VALUES (:seed, 5, 'failed')",
)


def filled(engine: Engine) -> None:
    """As version 0001 made it, with one of everything that 0002 touches."""
    with engine.execution_options(**{WRITING: True}).connect() as connection, connection.begin():
        command.upgrade(_config(connection), "0001")
        for statement in FILLED:
            connection.execute(text(statement), {"seed": b"\x01\x02"} if ":seed" in statement else {})


def one(connection: Connection, statement: str) -> tuple[object, ...]:
    return tuple(connection.execute(text(statement)).one())


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Engine:
    return open_engine(database_url or f"sqlite:///{tmp_path / 'old.db'}")


def emptied(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))


def test_what_stood_before_the_upgrade_stands_after_it_and_no_lock_does(engine: Engine) -> None:
    emptied(engine)
    filled(engine)
    upgrade(engine)
    check_schema(engine)
    with engine.connect() as connection:
        account = one(connection, "SELECT login_id, email, email_key, email_kind, state FROM accounts WHERE id = 7")
        assert account == ("CHAN01", "Chan@Acme.example", "chan@acme.example", "personal", "active")
        assert one(connection, "SELECT used, cc_das, ecp_das FROM companies") == (3, 2, 2)
        assert one(connection, "SELECT function, identity_code FROM grants") == ("EU_SD1", "01234")
        assert one(connection, "SELECT fingerprint, revoked, comment FROM sftp_keys") == ("SHA256:x", None, "")
        assert one(connection, "SELECT source, channel, wrong_otps FROM sessions") == ("10.1.2.3", "console", 0)
        assert one(connection, "SELECT count(*) FROM attempts") == (0,)
        assert one(connection, "SELECT count(*) FROM throttles WHERE locked IS NOT NULL") == (0,)
    engine.dispose()
