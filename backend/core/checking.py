"""Checking: whether the log is the one its head says, and whether every file it names lies in the vault. Reads only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from backend.contract.rules.shown import shown
from backend.core.activity_row import ACCEPTED, PUBLISHED, ActivityRow
from backend.core.auditing import audit
from backend.core.ports import Clock, Store, Stored, Vault

_AT_ONCE: Final = 500
_BLOCK: Final = 1 << 20
_MOST_TOLD: Final = 100
_AHEAD: Final = timedelta(days=3650)
"""Any age: a file's clock may be wrong."""


@dataclass(slots=True)
class Checked:
    """What was looked at, and each thing that is wrong, in words; of many the first 100."""

    entries: int = 0
    signatures: int = 0
    files: int = 0
    bytes: int = 0
    log: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    more: int = 0
    """Damaged files beyond those told."""
    orphans: int = 0
    aside: int = 0

    def damage(self, words: str) -> None:
        if len(self.damaged) < _MOST_TOLD:
            self.damaged.append(words)
        else:
            self.more += 1


def check(store: Store, vault: Vault, clock: Clock, *, contents: bool = True) -> Checked:
    """Follows the log from its first entry to its head as of now; `contents` reads every file for its SHA-256."""
    found = Checked()

    def file(row: ActivityRow) -> None:
        if row.act in (ACCEPTED, PUBLISHED):
            _file(found, vault, row, contents=contents)

    audited = audit(store, each=file)
    found.entries, found.signatures = audited.entries, audited.signatures
    found.log = [one.words for one in audited.wrong]
    _strangers(found, store, vault, clock)
    return found


def _file(found: Checked, vault: Vault, row: ActivityRow, *, contents: bool) -> None:
    found.files += 1
    what = f"Entry {row.log_index}, {shown(row.file_name or '', 80)}"
    stored = vault.read(row.object_key) if row.object_key is not None else None
    if stored is None:
        found.damage(f"{what}: its bytes are not there ({row.object_key or 'it names none'}).")
        return
    try:
        found.bytes += stored.size
        if stored.size != row.size:
            found.damage(
                f"{what}: {stored.size:,} bytes lie there, {row.size or 0:,} were accepted ({row.object_key})."
            )
        elif contents and _sha256(stored) != row.sha256:
            found.damage(f"{what}: other bytes lie there than were accepted ({row.object_key}).")
    except OSError as error:
        found.damage(f"{what}: {error.strerror or error} ({row.object_key}).")
    finally:
        stored.close()


def _sha256(stored: Stored) -> str:
    seen, offset = hashlib.sha256(), 0
    while offset < stored.size and (block := stored.read(offset, _BLOCK)):
        seen.update(block)
        offset += len(block)
    return seen.hexdigest()


def _strangers(found: Checked, store: Store, vault: Vault, clock: Clock) -> None:
    """Objects that no entry stands on: what an upload that was cut leaves, or an older database than the files'."""
    keys = vault.old_keys(clock.now() + _AHEAD)
    for start in range(0, len(keys), _AT_ONCE):
        with store.reading() as rows:
            some = keys[start : start + _AT_ONCE]
            found.orphans += len(set(some) - rows.known_objects(some))
    found.aside = len(vault.aside())
