"""The database and the keys that belong to it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from backend.adapters.database import (
    DatabaseStore,
    check_schema,
    key_checks,
    open_engine,
)
from backend.adapters.key_files import check_value, read_key
from backend.adapters.signing_agent import SigningAgent
from backend.adapters.signing_key import SigningKeyFile
from backend.contract.rules import sshsig
from backend.contract.rules.checkpoints import Checkpoint, checkpoint_text, signed_text
from backend.core.activity import milliseconds
from backend.core.signing import Signing
from backend.durable import sync_folder
from backend.settings import Settings, SettingsError

SECRETS: Final = ("seed_key", "throttle_key")
RECEIPT_KEY: Final = "receipt_key"
"""What receipts and checkpoints are signed with: the latest of those whose public halves the database has."""


NEW_RECEIPT_KEY: Final = "receipt_key.new"
"""Beside it while another one takes over."""


@contextmanager
def opened_engine(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(settings.url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def opened_store(settings: Settings) -> Iterator[DatabaseStore]:
    """To read in, beside an ecpd that may run; `SettingsError` where there is no data folder."""
    if not settings.data_dir.is_dir():
        raise SettingsError(f"{settings.data_dir} is not there. Name the right --data-dir.")
    with opened_engine(settings) as engine:
        check_schema(engine)
        store = DatabaseStore(engine)
        try:
            yield store
        finally:
            store.close()


def kept_keys(settings: Settings) -> dict[str, bytes]:
    return {name: read_key(settings.secrets / name) for name in SECRETS}


def right_keys(settings: Settings, engine: Engine) -> dict[str, bytes]:
    """The keys, known again as those that the database was initialised with."""
    kept = key_checks(engine)
    if kept is None:
        raise SettingsError("The database is not initialised to the end. Run ecpd init again.")
    keys = kept_keys(settings)
    for name, key in keys.items():
        if not hmac.compare_digest(kept[name], check_value(name, key)):
            path = settings.secrets / name
            raise SettingsError(f"{path} is not the key of this database: restore the secrets folder from its backup.")
    return keys


def right_signing_key(settings: Settings, store: DatabaseStore) -> Signing:
    """The key that signs now, known again as the latest that the database knows."""
    with store.reading() as rows:
        keys = rows.signing_keys()
    number = max(keys, default=0)
    if not keys:
        raise SettingsError("The database signs nothing yet. Run ecpd upgrade.")
    wanted = keys[number].public_key
    if keys[number].until is not None or keys[number].revoked is not None:
        raise SettingsError("The key that signs receipts has ended. Run ecpd keys rotate.")
    if settings.receipt_agent is not None:
        return Signing(SigningAgent(settings.receipt_agent, wanted), number)
    settle_rotation(settings, wanted)
    signer = SigningKeyFile(settings.secrets / RECEIPT_KEY)
    if signer.public_key != wanted:
        path = settings.secrets / RECEIPT_KEY
        raise SettingsError(
            f"{path} is not the key that signs here: restore the secrets folder from its backup. "
            "If that is lost, run ecpd keys rotate."
        )
    return Signing(signer, number)


def settle_rotation(settings: Settings, signs: str) -> None:
    """A rotation that was cut off after its entry: the new key takes the place of the old one."""
    new = settings.secrets / NEW_RECEIPT_KEY
    if new.exists() and SigningKeyFile(new).public_key == signs:
        new.replace(settings.secrets / RECEIPT_KEY)
        sync_folder(settings.secrets)


def signed_head(settings: Settings, store: DatabaseStore, now: datetime) -> str:
    """A checkpoint over all that the database has, as a file; it is kept nowhere else."""
    signing = right_signing_key(settings, store)
    with store.reading() as rows:
        head, latest = rows.head(), rows.latest_checkpoint()
    origin = latest.checkpoint.origin if latest is not None else settings.origin
    text = checkpoint_text(Checkpoint(origin, head.size, head.root, milliseconds(now)))
    key = sshsig.blob_of(signing.signer.public_key)
    return signed_text(text, sshsig.armour(key, sshsig.CHECKPOINTS, signing.of_checkpoint(text)))


def derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, purpose, hashlib.sha256).digest()
