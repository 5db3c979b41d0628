"""Seeds the demo's world: companies, people with fresh passwords and seeds, keys and addresses."""

from __future__ import annotations

import json
import os
import secrets
from base64 import b32encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import asyncssh
from sqlalchemy import Connection, insert

from backend.adapters.database import tables
from backend.adapters.one_time_codes import SEED_SIZE
from backend.adapters.passwords import Argon2Passwords
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue, CutOff
from backend.core.catalogue_text import parse, shipped
from backend.demo.people import ACCOUNTS, COMPANIES, DemoAccount
from backend.wiring import Platform

KEYS: Final = "demo/keys"
WORLD: Final = "demo/world.json"
_KEY_LIFE: Final = timedelta(days=395)
_CHEAP: Final = Argon2Passwords(memory_kib=64, passes=1)
_AHEAD: Final = timedelta(hours=3)
_WORDS: Final = (  # noqa: SIM905 - sixty words read better than sixty literals
    "amber anchor autumn bamboo basket beacon bridge candle canvas cedar cinder cobalt copper coral cotton "
    "ember falcon fern ferry garnet ginger granite harbor hazel indigo island ivory jasper juniper kettle lantern "
    "lotus magnet maple marble meadow mirror nickel orchid otter paddle pebble pepper pigeon prairie quartz ribbon "
    "river saddle saffron silver sparrow tangerine timber tulip velvet walnut willow window winter yellow zephyr"
).split()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one person of the demo types; the seed is the authenticator's."""

    login_id: str
    password: str
    otp_secret: str
    """Base32, as an authenticator takes it."""
    ssh_key: str | None = None


def demo_catalogue(now: datetime, calendar: Calendar) -> Catalogue:
    """The shipped catalogue, with a cut-off for stamp duty returns about three hours from now."""
    catalogue = parse(shipped())
    local = (now + _AHEAD).astimezone(calendar.zone)
    at = time(local.hour, 30 if local.minute >= 30 else 0)  # noqa: PLR2004 - half hours
    days = (local.date() - calendar.today(now)).days
    sd1 = replace(catalogue.folders["SD-1"], cut_off=CutOff(at, trading_days_after=days))
    at_any_hour = replace(catalogue.folders["NBCAN"], window=None)  # the next to move, whenever one looks
    return replace(catalogue, folders={**catalogue.folders, "SD-1": sd1, "NBCAN": at_any_hour})


def seed(platform: Platform, colleagues: tuple[DemoAccount, ...] = ()) -> list[Credentials]:
    """Makes everybody, with passwords, seeds and keys of their own; returns what they would type.

    Colleagues share a password that nobody knows, hashed cheaply: it is forgotten here.
    """
    keys = platform.settings.data_dir / KEYS
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    people = [(who, passphrase(), secrets.token_bytes(SEED_SIZE)) for who in ACCOUNTS]
    with ThreadPoolExecutor(4) as threads:
        hashes = list(threads.map(platform.hasher.hash, [password for _, password, _ in people]))
    made: list[Credentials] = []
    now = platform.services.clock.now()
    with platform.store.engine.connect() as connection, connection.begin():
        _companies(connection, (*ACCOUNTS, *colleagues))
        for number, ((who, password, otp_seed), hashed) in enumerate(zip(people, hashes, strict=True)):
            account_id = _account(connection, who, number, hashed, platform.codes.seal(otp_seed))
            key = _key(connection, account_id, keys / who.login_id, now) if who.with_key else None
            made.append(Credentials(who.login_id, password, b32encode(otp_seed).decode(), key))
        nobodys = _CHEAP.hash(secrets.token_hex(32))
        for number, who in enumerate(colleagues, start=len(ACCOUNTS)):
            _account(connection, who, number, nobodys, platform.codes.seal(secrets.token_bytes(SEED_SIZE)))
    return made


def remember(data_dir: Path, credentials: list[Credentials]) -> None:
    """Writes them down, their keys as seen from the folder, which may be moved."""
    path = data_dir / WORLD
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        keys = [one.ssh_key and str(Path(one.ssh_key).relative_to(data_dir)) for one in credentials]
        json.dump([asdict(replace(one, ssh_key=key)) for one, key in zip(credentials, keys, strict=True)], file)


def remembered(data_dir: Path) -> list[Credentials]:
    written = [Credentials(**one) for one in json.loads((data_dir / WORLD).read_text())]
    return [replace(one, ssh_key=one.ssh_key and str(data_dir / one.ssh_key)) for one in written]


def passphrase() -> str:
    """Four words and a number: at least 15 characters, easy to type."""
    return "-".join([*(secrets.choice(_WORDS) for _ in range(4)), str(secrets.randbelow(90) + 10)])


def _companies(connection: Connection, accounts: tuple[DemoAccount, ...]) -> None:
    for company in COMPANIES:
        users = [who for who in accounts if who.company == company.code]
        das = sum(who.kind == "da" for who in users)
        facts = {"code": company.code, "name": company.name, "state": "active", "used": len(users)}
        connection.execute(insert(tables.companies).values(**facts, cc_das=das, ecp_das=das))
        rows = [
            {"code": code, "company": company.code, "user_type": user_type, "name": name}
            for code, user_type, name in company.identities
        ]
        connection.execute(insert(tables.identities), rows)


def _account(connection: Connection, who: DemoAccount, number: int, hashed: str, sealed_seed: bytes) -> int:
    facts: dict[str, Any] = {
        "login_id": who.login_id,
        "kind": who.kind,
        "company": who.company,
        "name": who.name,
        "email": f"{who.login_id.lower()}@{(who.company or 'exchange').lower()}.example",
        "email_key": f"{who.login_id.lower()}@{(who.company or 'exchange').lower()}.example",
        "phone": f"+8522100{number:04d}",
        "state": "active",
        "password_hash": hashed,
        "sealed_seed": sealed_seed,
    }
    added = connection.execute(insert(tables.accounts).values(**facts).returning(tables.accounts.c.id))
    account_id = int(added.scalar_one())
    grants = [
        {"account_id": account_id, "function": function, "identity_code": code}
        for function, codes in who.functions
        for code in codes
    ]
    rights = [{"account_id": account_id, "service": service} for service in ("client_connect", "ecp")]
    if grants:
        connection.execute(insert(tables.grants), grants)
    if who.kind == "da":
        connection.execute(insert(tables.administrator_rights), rights)
    return account_id


def _key(connection: Connection, account_id: int, path: Path, now: datetime) -> str:
    key = asyncssh.generate_private_key("ssh-ed25519", comment=path.name)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.export_private_key())
    facts = {"fingerprint": key.get_fingerprint(), "public_key": key.export_public_key().decode().strip()}
    times = {"registered": now, "expires": now + _KEY_LIFE}
    connection.execute(insert(tables.sftp_keys).values(**facts, **times, account_id=account_id, comment=path.name))
    for network in ("127.0.0.1/32", "::1/128"):
        connection.execute(insert(tables.sftp_addresses).values(account_id=account_id, network=network, registered=now))
    return str(path)
