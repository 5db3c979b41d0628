"""A database of the version before, brought up to date with all that is in it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from backend.adapters.database import DatabaseStore, check_schema, open_engine, upgrade
from backend.adapters.database.engine import WRITING
from backend.adapters.database.schema import configured
from backend.contract.messages import ActivityFilter
from backend.core.activity import Ledger
from backend.core.actor import Scope
from backend.core.rows import Unit

pytestmark = pytest.mark.databases

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


_FILED: Final = "INSERT INTO activity (log_index, origin, act, at, channel, company, login_id, folder, identity_code, "
FILED: Final = (
    f"{_FILED}input_date, file_name, size, sha256, version, object_key, superseded_by) VALUES "
    "(0, 'o', 'accepted', 5, 'console', 'ACME', 'CHAN01', 'SD-1', '01234', '2022-05-19', 'a.csv', 3, 'x', 1, 'k1', 1)",
    f"{_FILED}input_date, file_name, size, sha256, version, object_key) VALUES "
    "(1, 'o', 'accepted', 6, 'console', 'ACME', 'CHAN01', 'SD-1', '01234', '2022-05-19', 'a.csv', 4, 'y', 2, 'k2')",
    f"{_FILED}file_name, fault) VALUES "
    "(2, 'o', 'refused', 7, 'console', 'ACME', 'CHAN01', 'SD-1', '01234', 'b.csv', 4505)",
    "UPDATE log_head SET size = 3, frontier = :seed",
)


def filled(engine: Engine, revision: str = "0001", statements: tuple[str, ...] = FILLED) -> None:
    """As that version made it, with one of everything that later ones touch."""
    with engine.execution_options(**{WRITING: True}).connect() as connection, connection.begin():
        command.upgrade(configured(connection), revision)
        for statement in statements:
            connection.execute(text(statement), {"seed": b"\x01\x02" * 32} if ":seed" in statement else {})


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


def test_a_ledger_from_before_downloads_reads_the_same_and_takes_publications(engine: Engine) -> None:
    emptied(engine)
    filled(engine)
    filled(engine, "0002", FILED)
    with engine.connect() as connection:
        before = connection.execute(text("SELECT log_index, act, sha256, superseded_by FROM activity ORDER BY 1")).all()
    upgrade(engine)
    check_schema(engine)
    store = DatabaseStore(engine)
    with engine.connect() as connection:
        after = connection.execute(text("SELECT log_index, act, sha256, superseded_by FROM activity ORDER BY 1")).all()
        assert after == before
        assert one(connection, "SELECT count(*) FROM activity WHERE collected IS NOT NULL") == (0,)
    scope = Scope("ACME", None)
    with store.reading() as rows:
        for state, places in (("accepted", [1]), ("superseded", [0]), ("refused", [2]), ("collected", [])):
            found = rows.activities(ActivityFilter(state=state), scope, (None, None), None, 10)
            assert [row.log_index for row in found] == places
    published = {"folder": "RPT-TRD", "identity_code": "01234", "input_date": date(2022, 5, 20), "file_name": "c.csv"}

    def publish(unit: Unit) -> None:
        Ledger("o").record(unit, "published", datetime(2022, 5, 20, tzinfo=UTC), "sftp", **published)

    store.write(publish)
    with pytest.raises(IntegrityError):
        store.write(publish)
    store.write(lambda unit: unit.mark_collected(1, by=9))
    store.write(lambda unit: unit.mark_collected(1, by=10))
    with store.reading() as rows:
        row = rows.activity(1)
        assert row is not None and row.collected == 9, "the first collection stays"
    store.close()
