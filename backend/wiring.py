"""The composition root: settings in, a whole platform out."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from backend.adapters.clock import SystemClock
from backend.adapters.database import DatabaseStore, check_schema, open_engine, upgrade
from backend.adapters.database.catalogue_rows import import_catalogue
from backend.adapters.key_files import new_key, read_key
from backend.adapters.one_time_codes import OneTimeCodes
from backend.adapters.passwords import Argon2Passwords
from backend.adapters.vault import LocalVault
from backend.contract.messages import Landing
from backend.core.activity import ActivityEnquiry, Ledger
from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue
from backend.core.catalogue_text import parse, shipped
from backend.core.client_connect.access import Access, AccessWatch
from backend.core.client_connect.sessions import SessionService, actor_for
from backend.core.client_connect.sftp_access import SftpAccess
from backend.core.client_connect.sign_in import SignInService
from backend.core.drop_box import DropBox
from backend.core.home import HomeService
from backend.core.outcomes import Outcomes
from backend.core.pool import BoundedPool
from backend.core.ports import Clock, Hasher
from backend.core.rows import Rows
from backend.core.services import Services
from backend.core.submissions import Submissions
from backend.core.sweep import sweep
from backend.settings import Settings, SettingsError

_SECRETS: Final = ("seed_key", "throttle_key")


@dataclass(frozen=True, slots=True)
class Platform:
    """A running platform without its doors."""

    settings: Settings
    services: Services
    store: DatabaseStore
    vault: LocalVault
    codes: OneTimeCodes
    hasher: Hasher
    close: Callable[[], None]

    def sweep(self) -> int:
        return sweep(self.store, self.vault, self.services.clock)


def initialise(settings: Settings, catalogue: Catalogue | None = None) -> None:
    """Makes data folder, secrets, database and catalogue, once; raises `SettingsError` where they are already."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.secrets.mkdir(mode=0o700, exist_ok=True)
    for name in _SECRETS:
        new_key(settings.secrets / name)
    engine = open_engine(settings.url)
    try:
        upgrade(engine)
        _fill(engine, catalogue or parse(shipped()))
    finally:
        engine.dispose()


def open_platform(
    settings: Settings, *, clock: Clock | None = None, hasher: Hasher | None = None, demo: bool = False
) -> Platform:
    """Opens what `initialise` made. SQLite belongs to exactly one process: a second one gets `SettingsError`."""
    with ExitStack() as stack:
        if settings.url.startswith("sqlite"):
            stack.enter_context(_only_process(settings.data_dir / "lock"))
        keys = {name: read_key(settings.secrets / name) for name in _SECRETS}
        engine = open_engine(settings.url)
        stack.callback(engine.dispose)
        check_schema(engine)
        clock = clock or SystemClock()
        hasher = hasher or Argon2Passwords()
        codes = OneTimeCodes(keys["seed_key"])
        vault = LocalVault(settings.data_dir)
        store = DatabaseStore(engine)
        stack.callback(store.close)
        ledger = Ledger(settings.origin)
        calendar = Calendar(settings.zone, settings.every_day_trades)
        derive = partial(_derived, keys["throttle_key"])
        watch = AccessWatch(store, clock)
        submissions = Submissions(store, vault, clock, calendar, ledger, as_of_now, lambda: watch.taking)
        pool = BoundedPool()
        stack.callback(pool.close)
        services = Services(
            store=store,
            clock=clock,
            landing=_landing(settings, demo),
            sign_in=SignInService(store, clock, hasher, codes, ledger, derive(b"sign-in")),
            sign_in_pool=pool,
            sessions=SessionService(store, clock, ledger),
            sftp_access=SftpAccess(store, clock),
            access=Access(store, clock, ledger),
            access_watch=watch,
            home=HomeService(store, clock, calendar),
            submissions=submissions,
            activity=ActivityEnquiry(store, calendar, derive(b"cursor")),
            drop_box=DropBox(store, vault, clock, calendar, submissions),
            outcomes=Outcomes(store, clock, calendar),
        )
        watch.start()
        stack.callback(watch.stop)
        return Platform(settings, services, store, vault, codes, hasher, stack.pop_all().close)


def as_of_now(rows: Rows, actor: Actor) -> Actor:
    """The same person at commit time: what was taken away meanwhile is gone."""
    return actor_for(rows, actor.account.id, actor.channel, actor.source)


def _landing(settings: Settings, demo: bool) -> Landing:
    return Landing(
        name=settings.name,
        operator=settings.operator,
        version=version("ecp-platform"),
        timezone=settings.timezone,
        now=datetime.now(UTC),
        demo=demo,
        notices=settings.notices,
        existing_ecp=settings.existing_ecp or None,
    )


def _fill(engine: Engine, catalogue: Catalogue) -> None:
    store = DatabaseStore(engine)
    try:
        with store.reading() as rows:
            if rows.catalogue().folders:
                raise SettingsError(
                    "This data folder is initialised already. Run ecpd serve, or name another --data-dir."
                )
    finally:
        store.close()
    with engine.connect() as connection, connection.begin():
        import_catalogue(connection, catalogue)


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, purpose, hashlib.sha256).digest()


def _only_process(path: Path) -> ExitStack:
    """Holds the lock file until closed; the kernel lets go of it however the process ends."""
    stack = ExitStack()
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError as error:
        raise SettingsError(
            f"{path.parent} is not there. Run ecpd init first, or name the right --data-dir."
        ) from error
    stack.callback(os.close, handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        stack.close()
        raise SettingsError(
            "Another ecpd already runs on this data folder. SQLite is for one process; use PostgreSQL for several."
        ) from error
    return stack
