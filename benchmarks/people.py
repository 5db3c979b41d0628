"""Accounts for the benchmarks, written straight into the tables: many people, one password, sessions already open."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, insert

from backend.adapters.database import tables
from backend.adapters.one_time_codes import SEED_SIZE, code, step_at
from backend.demo.world import passphrase
from backend.wiring import Platform

PASSWORD: Final = passphrase()
IDENTITIES: Final = 4


@dataclass(frozen=True, slots=True)
class Filer:
    """A business user of a firm of their own."""

    login_id: str
    company: str
    identity_codes: tuple[str, ...]
    otp_seed: bytes
    token: str

    def otp(self) -> str:
        return code(self.otp_seed, step_at(datetime.now(UTC)))


def add_filers(platform: Platform, count: int) -> list[Filer]:
    """Each may file in every folder of a SEHK participant, for four identities, by console, HTTP and SFTP."""
    hashed = platform.hasher.hash(PASSWORD)
    with platform.store.engine.connect() as connection, connection.begin():
        return [_filer(platform, connection, number, hashed) for number in range(count)]


def _filer(platform: Platform, connection: Connection, number: int, hashed: str) -> Filer:
    company, login_id, seed = f"FIRM{number:03d}", f"FILER{number:03d}", secrets.token_bytes(SEED_SIZE)
    codes = tuple(f"{number:03d}{place:02d}" for place in range(IDENTITIES))
    facts = {"code": company, "name": f"Firm {number}", "state": "active", "used": 3, "cc_das": 2, "ecp_das": 2}
    connection.execute(insert(tables.companies).values(**facts))
    held = [{"code": one, "company": company, "user_type": "SEHK", "name": f"Identity {one}"} for one in codes]
    connection.execute(insert(tables.identities), held)
    account = add_account(connection, login_id, "business", company, hashed, platform.codes.seal(seed))
    functions = ("EU_SD1", "EU_LOP", "EU_ECPSFTP")
    grants = [{"account_id": account, "function": one, "identity_code": code} for one in functions for code in codes]
    connection.execute(insert(tables.grants), grants)
    for place in range(2):
        administrator = add_account(connection, f"DA{number:03d}{place}", "da", company)
        rights = [{"account_id": administrator, "service": one} for one in ("client_connect", "ecp")]
        connection.execute(insert(tables.administrator_rights), rights)
    return Filer(login_id, company, codes, seed, _session(connection, account))


def add_account(
    connection: Connection, login_id: str, kind: str, company: str | None, password_hash: str = "", seed: bytes = b""
) -> int:
    facts = {
        "login_id": login_id,
        "kind": kind,
        "company": company,
        "name": login_id.title(),
        "email": f"{login_id.lower()}@example.org",
        "phone": "",
        "state": "active",
        "password_hash": password_hash,
        "sealed_seed": seed,
    }
    added = connection.execute(insert(tables.accounts).values(**facts).returning(tables.accounts.c.id))
    return int(added.scalar_one())


def _session(connection: Connection, account_id: int) -> str:
    key, now = secrets.token_bytes(32), datetime.now(UTC)
    facts = {"key": hashlib.sha256(key).digest(), "account_id": account_id, "created": now, "seen": now}
    connection.execute(insert(tables.sessions).values(**facts, source="127.0.0.1"))
    return urlsafe_b64encode(key).decode()
