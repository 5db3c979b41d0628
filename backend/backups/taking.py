"""Taking a backup: one snapshot of the database, then the files that its entries stand on. Whoever writes goes on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from backend.adapters.anchor_file import AnchorFile
from backend.adapters.database import DatabaseStore, check_schema, snapshot
from backend.adapters.vault import LocalVault
from backend.backups.folder import (
    ALWAYS,
    CHECKPOINT,
    DATABASE,
    alone,
    as_platform,
    backups_in,
    name_at,
    object_name,
    removed,
)
from backend.backups.sums import SUMS, copied, sha256_of
from backend.core.activity_row import ACCEPTED, PUBLISHED, ActivityRow
from backend.core.continuity import Continuity
from backend.core.ports import Store
from backend.durable import make_folder, replace_file, sync_folder
from backend.settings import SETTINGS_FILE, Settings, SettingsError
from backend.wiring.keys import opened_engine, opened_store, right_keys, signed_head

AT_ONCE: Final = 500
Progress = Callable[[int, int], object]


@dataclass(slots=True)
class Backup:
    """What was backed up, and where to; damaged files are those that the platform itself has lost."""

    folder: Path
    entries: int = 0
    files: int = 0
    new: int = 0
    bytes: int = 0
    """Of the new ones."""
    damaged: list[str] = field(default_factory=list)


def back_up(settings: Settings, folder: Path, now: datetime, keep: int | None, progress: Progress) -> Backup:
    """A backup beside those that are there; one that is cut off leaves them as they are, and nothing of its own."""
    folder = folder.absolute()
    if not settings.data_dir.is_dir():
        raise SettingsError(f"{settings.data_dir} is not there. Name the right --data-dir.")
    if folder.is_relative_to(settings.data_dir):
        raise SettingsError(f"{folder} lies in the data folder itself. Name a folder on another disk.")
    make_folder(folder)
    with alone(folder):
        for left in (*folder.glob(".new-*"), *folder.glob(".old-*")):
            shutil.rmtree(left)
        made = Backup(folder / name_at(now))
        if made.folder.exists():
            raise SettingsError(f"{made.folder} is there already. Run ecpd backup again.")
        on_its_way = folder / f".new-{made.folder.name}"
        on_its_way.mkdir(mode=0o700)
        try:
            _fill(on_its_way, settings, made, now, progress)
            sync_folder(on_its_way)
            on_its_way.rename(made.folder)
        finally:
            shutil.rmtree(on_its_way, ignore_errors=True)
        sync_folder(folder)
        for old in backups_in(folder)[:-keep] if keep else []:
            removed(old)
    return made


def _fill(backup: Path, settings: Settings, made: Backup, now: datetime, progress: Progress) -> None:
    with opened_engine(settings) as engine:
        check_schema(engine)
        right_keys(settings, engine)
        snapshot(engine, backup / DATABASE)
    with opened_store(as_platform(backup)) as store:
        made.entries = _head_size(store)
        _refuse_rolled_back(settings, store)
        replace_file(backup / CHECKPOINT, signed_head(settings, store, now).encode("ascii"))
        objects = dict(_objects(store, LocalVault(settings.data_dir), backup.parent / "vault", made, progress))
    sums = {name: sha256_of(backup / name) for name in ALWAYS}
    if (settings.data_dir / SETTINGS_FILE).exists():
        sums[SETTINGS_FILE] = copied(settings.data_dir / SETTINGS_FILE, backup / SETTINGS_FILE)
    lines = [f"{sha256}  {name}\n" for name, sha256 in (sums | objects).items()]
    replace_file(backup / SUMS, "".join(lines).encode("ascii"))


def _refuse_rolled_back(settings: Settings, store: DatabaseStore) -> None:
    """Of a database that lacks entries no backup takes the place of one that has them."""
    continuity = Continuity(AnchorFile(settings.data_dir / "anchor"))
    continuity.holds(store)
    continuity.refuse()


def _objects(
    store: Store, vault: LocalVault, shelves: Path, made: Backup, progress: Progress
) -> Iterator[tuple[str, str]]:
    """Copies what is not there yet; the name of each and its SHA-256."""
    touched: set[Path] = {shelves}
    make_folder(shelves)
    for row in files_of(store, progress):
        key, sha256 = row.object_key or "", row.sha256 or ""
        target = shelves / key[:2] / key
        if not (target.is_file() and target.stat().st_size == row.size):
            if target.parent not in touched:
                make_folder(target.parent)
                touched.add(target.parent)
            if not _brought(vault.path(key), target, row, made):
                continue
            made.new += 1
            made.bytes += row.size or 0
        made.files += 1
        yield object_name(key), sha256
    for shelf in touched:
        sync_folder(shelf)


def _brought(source: Path, target: Path, row: ActivityRow, made: Backup) -> bool:
    try:
        if copied(source, target) == row.sha256:
            return True
        os.unlink(target)
        why = "it has other bytes than were accepted"
    except FileNotFoundError:
        why = "its bytes are not there"
    made.damaged.append(f"Entry {row.log_index:,}, {row.file_name}: {why} ({row.object_key}).")
    return False


def files_of(store: Store, progress: Progress) -> Iterator[ActivityRow]:
    """Every entry that stands on bytes."""
    size, start = _head_size(store), 0
    while start < size:
        with store.reading() as rows:
            page = rows.entries(start, AT_ONCE)
        yield from (row for row in page if row.act in (ACCEPTED, PUBLISHED))
        start += AT_ONCE
        progress(min(start, size), size)


def _head_size(store: Store) -> int:
    with store.reading() as rows:
        return rows.head().size
