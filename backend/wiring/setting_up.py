"""Making a data folder, and bringing its database up to date."""

from __future__ import annotations

from sqlalchemy import Engine

from backend.adapters.database import (
    SchemaMismatch,
    check_schema,
    keep_key_checks,
    key_checks,
    sole_process,
    upgrade,
)
from backend.adapters.database.catalogue_rows import import_catalogue
from backend.adapters.database.engine import WRITING
from backend.adapters.database.first_key import has_signing_key, keep_first_key
from backend.adapters.key_files import check_value, new_key
from backend.adapters.signing_key import SigningKeyFile, new_signing_key
from backend.core.catalogue import Catalogue
from backend.core.catalogue_text import parse, shipped
from backend.durable import make_folder, sync_folder
from backend.settings import Settings, SettingsError
from backend.wiring.keys import RECEIPT_KEY, SECRETS, kept_keys, opened_engine, right_keys
from backend.wiring.restores import refuse_restored_in_part


def initialised(settings: Settings) -> bool:
    """Whether `initialise` came to its end; raises `SettingsError` where the keys are not this database's."""
    refuse_restored_in_part(settings)
    with sole_process(settings.url), opened_engine(settings) as engine:
        try:
            check_schema(engine)
        except SchemaMismatch:
            return False
        if key_checks(engine) is None:
            return False
        right_keys(settings, engine)
        return True


def initialise(settings: Settings, catalogue: Catalogue | None = None) -> None:
    """Makes data folder, database, secrets and catalogue, or what an interruption left of them unmade.

    Raises `SettingsError` where all of them are. Keys are made for an empty database only: another key would be
    worth nothing to what one that is filled holds.
    """
    make_folder(settings.data_dir)
    refuse_restored_in_part(settings)
    with sole_process(settings.url), opened_engine(settings) as engine:
        upgrade(engine)
        if key_checks(engine) is not None:
            right_keys(settings, engine)
            raise SettingsError("This data folder is initialised already. Run ecpd serve, or name another --data-dir.")
        make_folder(settings.secrets)
        for name in SECRETS:
            new_key(settings.secrets / name)
        _sign_from_now_on(settings, engine)
        with engine.connect() as connection, connection.begin():
            import_catalogue(connection, catalogue or parse(shipped()))
            keep_key_checks(connection, {name: check_value(name, key) for name, key in kept_keys(settings).items()})
    sync_folder(settings.data_dir)


def upgrade_database(settings: Settings) -> None:
    """Brings the database to this program's schema; nothing may run on it meanwhile.

    One that signs nothing yet gets its key. Raises `SettingsError` where its log does not hold.
    """
    with sole_process(settings.url), opened_engine(settings) as engine:
        upgrade(engine)
        if key_checks(engine) is not None:
            _sign_from_now_on(settings, engine)


def _sign_from_now_on(settings: Settings, engine: Engine) -> None:
    """Makes the first signing key, and has the database know it; one that is there already stays."""
    with engine.execution_options(**{WRITING: True}).connect() as connection, connection.begin():
        if not has_signing_key(connection):
            new_signing_key(settings.secrets / RECEIPT_KEY)
            keep_first_key(connection, SigningKeyFile(settings.secrets / RECEIPT_KEY).public_key)
