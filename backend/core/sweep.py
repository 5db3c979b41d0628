"""What an interrupted submission leaves goes after a day: staged bytes for good, kept ones that have no row aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from backend.core.ports import Clock, Store, Vault

KEPT_FOR: Final = timedelta(hours=24)
_AT_ONCE: Final = 500
_log = structlog.get_logger(__name__)


def sweep(store: Store, vault: Vault, clock: Clock) -> int:
    """Returns how many files it removed or put aside.

    A kept object is never deleted: that no row stands on it may be the database's fault, which may be an older one, or
    another. When the right one is back, so are its objects.
    """
    before = clock.now() - KEPT_FOR
    swept = vault.sweep_staging(before)
    old = vault.old_keys(before)
    orphans = set(old) - _known(store, old)
    for key in orphans:
        vault.put_aside(key)
    back = _known(store, vault.aside())
    for key in back:
        vault.take_back(key)
    if orphans or back:
        _log.warning("objects without a row were put aside", put_aside=len(orphans), taken_back=len(back))
    return swept + len(orphans)


def _known(store: Store, keys: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        with store.reading() as rows:
            known |= rows.known_objects(keys[start : start + _AT_ONCE])
    return known
