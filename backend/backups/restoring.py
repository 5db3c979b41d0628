"""Restoring a backup into an empty data folder, and onto either database."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import make_url

from backend.adapters.database import (
    DatabaseStore,
    copy_database,
    is_empty,
    sole_process,
)
from backend.backups.folder import CHECKPOINT, DATABASE, chosen, object_name, refuse_damaged
from backend.backups.sums import copied, sha256_of
from backend.backups.taking import Progress, files_of
from backend.contract.rules.checkpoints import Checkpoint, read_checkpoint, read_signed
from backend.contract.rules.evidence import judge_checkpoint
from backend.contract.rules.signers import allowed_signers, read_allowed_signers, read_revoked_keys, revoked_keys
from backend.core.activity_row import ActivityRow
from backend.durable import make_folder, sync_folder, write_once
from backend.settings import SETTINGS_FILE, Settings, SettingsError, load
from backend.wiring.keys import RECEIPT_KEY, SECRETS, opened_engine, opened_store, right_keys, right_signing_key
from backend.wiring.restores import begin, begun, end

_MOST_TOLD: Final = 5
_OF_DATABASE: Final = re.compile(r"^(# *)?database_url *=.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored from which backup, and what is left to do in words."""

    backup: Path
    checkpoint: Checkpoint
    files: int
    left: tuple[str, ...]


def restore(folder: Path, name: str | None, flags: dict[str, Any], progress: Progress) -> Restored:
    """Raises `SettingsError` where the backup is not what was backed up, or something is in its place already.

    The database comes last and at once: before that, nothing serves what was restored in part.
    """
    backup = chosen(folder.absolute(), name)
    sums = refuse_damaged(backup)
    settings = _settings_of(backup, flags)
    make_folder(settings.data_dir)
    with sole_process(settings.url):
        filled = _filled(settings)
        if filled and not begun(settings):
            raise SettingsError("A platform is there already. Restore into an empty folder and database.")
        begin(settings)
        if filled:  # it was cut off after its last step but one
            with opened_store(settings) as store:
                checkpoint, files = _vouched(backup, store), _files(backup, sums, store, settings, progress)
        else:
            checkpoint, files = _brought(backup, sums, settings, progress)
        end(settings)
    return Restored(backup, checkpoint, files, tuple(_left(settings)))


def _brought(backup: Path, sums: dict[str, str], settings: Settings, progress: Progress) -> tuple[Checkpoint, int]:
    copy = settings.data_dir / f".{DATABASE}.restoring"
    on_its_way = replace(settings, database_url=f"sqlite:///{copy}")
    try:
        copied(backup / DATABASE, copy)
        with opened_store(on_its_way) as store:
            checkpoint, files = _vouched(backup, store), _files(backup, sums, store, settings, progress)
        _write_settings(backup, settings)
        if _in_a_file(settings):
            target = Path(make_url(settings.url).database or "")
            copy.rename(target)
            sync_folder(target.parent)
        else:
            with opened_engine(on_its_way) as source, opened_engine(settings) as target_engine:
                copy_database(source, target_engine)
    finally:
        _without(copy)
    return checkpoint, files


def _settings_of(backup: Path, flags: dict[str, Any]) -> Settings:
    """As the platform had them, but for where it lies now."""
    there = load({"data_dir": flags.get("data_dir")})
    kept = there.data_dir if (there.data_dir / SETTINGS_FILE).exists() else backup
    return replace(load({**flags, "data_dir": kept}), data_dir=there.data_dir)


def _filled(settings: Settings) -> bool:
    if _in_a_file(settings):
        return Path(make_url(settings.url).database or "").exists()
    with opened_engine(settings) as engine:
        return not is_empty(engine)


def _in_a_file(settings: Settings) -> bool:
    return make_url(settings.url).get_backend_name() == "sqlite"


def _vouched(backup: Path, store: DatabaseStore) -> Checkpoint:
    """The backup's checkpoint, which a key of this log has signed over exactly these entries."""
    try:
        text, armour = read_signed((backup / CHECKPOINT).read_text("ascii"))
        checkpoint = read_checkpoint(text)
    except ValueError as error:
        raise SettingsError(
            f"{backup / CHECKPOINT} is no signed checkpoint: choose another backup with --of."
        ) from error
    with store.reading() as rows:
        keys, head = list(rows.signing_keys().values()), rows.head()
    signers = read_allowed_signers(allowed_signers(checkpoint.origin, keys))
    judged = judge_checkpoint(checkpoint, armour, signers, read_revoked_keys(revoked_keys(keys)))
    if judged.state != "ok":
        raise SettingsError(f"{backup / CHECKPOINT} cannot be relied on. {judged.words}")
    if (head.size, head.root) != (checkpoint.size, checkpoint.root):
        raise SettingsError(f"{backup / DATABASE} is not the log of its checkpoint: choose another backup with --of.")
    return checkpoint


def _files(backup: Path, sums: dict[str, str], store: DatabaseStore, settings: Settings, progress: Progress) -> int:
    """Brings every file that an entry stands on, or refuses; those that lie in the vault already stay."""
    shelves, lacking, count = settings.data_dir / "vault", [], 0
    make_folder(shelves)
    for row in files_of(store, progress):
        key = row.object_key or ""
        make_folder(shelves / key[:2])
        count += 1
        if (
            not _file(backup / object_name(key), shelves / key[:2] / key, row)
            or sums.get(object_name(key)) != row.sha256
        ):
            lacking.append(f"entry {row.log_index:,} ({row.file_name})")
    for shelf in (shelves, *shelves.iterdir()):
        sync_folder(shelf)
    if lacking:
        more = f" and {len(lacking) - _MOST_TOLD:,} more" if len(lacking) > _MOST_TOLD else ""
        raise SettingsError(
            f"The files of {', '.join(lacking[:_MOST_TOLD])}{more} are missing or damaged in {backup.parent}. "
            "Put back those files from another copy, or choose another backup with --of."
        )
    return count


def _file(source: Path, target: Path, row: ActivityRow) -> bool:
    if target.is_file() and sha256_of(target) == row.sha256:
        return True
    if not source.is_file() or copied(source, target) != row.sha256:
        _without(target)
        return False
    return True


def _write_settings(backup: Path, settings: Settings) -> None:
    """Those of the backup, with the database that was restored onto; a file that is there stays."""
    if not (backup / SETTINGS_FILE).exists():
        return
    text = (backup / SETTINGS_FILE).read_text("utf-8")
    if tomllib.loads(text).get("database_url", "") != settings.database_url:
        line = f"database_url = {json.dumps(settings.database_url)}"
        text, changed = _OF_DATABASE.subn(lambda _: line, text, count=1)
        text = text if changed else f"{line}\n{text}"
    write_once(settings.data_dir / SETTINGS_FILE, text.encode())


def _left(settings: Settings) -> Iterator[str]:
    """What nobody but the operator has."""
    missing = [name for name in (*SECRETS, RECEIPT_KEY) if not (settings.secrets / name).is_file()]
    if missing:
        yield f"Put the secrets back into {settings.secrets}: {', '.join(missing)} are not there."
        return
    try:
        with opened_engine(settings) as engine:
            right_keys(settings, engine)
        with opened_store(settings) as store:
            right_signing_key(settings, store)
    except SettingsError as error:
        yield str(error)


def _without(path: Path) -> None:
    for one in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        one.unlink(missing_ok=True)
