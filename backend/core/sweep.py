"""What an interrupted submission leaves is removed after a day: staged bytes, and objects no row stands on."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from backend.core.ports import Clock, Store, Vault

KEPT_FOR: Final = timedelta(hours=24)


def sweep(store: Store, vault: Vault, clock: Clock) -> int:
    """Removes what is over a day old and belongs to nothing; returns how many files."""
    before = clock.now() - KEPT_FOR
    swept = vault.sweep_staging(before)
    old = vault.old_keys(before)
    for start in range(0, len(old), 500):
        some = old[start : start + 500]
        with store.reading() as rows:
            known = rows.known_objects(some)
        for key in set(some) - known:
            vault.delete(key)
            swept += 1
    return swept
