"""Keeping: bytes become durable, then one unit stands on them; only then anybody is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from backend.contract.faults import GOING_DOWN, Refused
from backend.core.activity_row import ActivityRow
from backend.core.catalogue import Catalogue
from backend.core.ports import Staging, Store, Vault
from backend.core.rows import Unit


@dataclass(frozen=True, slots=True)
class Standing:
    """The version that stands; `replayed` where it stood before."""

    row: ActivityRow
    catalogue: Catalogue
    replayed: bool = False


class Kept(Protocol):
    """What stands on kept bytes; `replayed` where it stood before, on others."""

    @property
    def replayed(self) -> bool: ...


K = TypeVar("K", bound=Kept)


class Keeping:
    """Where it fails neither bytes nor row are left, but for a commit that was never answered."""

    def __init__(self, store: Store, vault: Vault, taking: Callable[[], bool]) -> None:
        self._store = store
        self._vault = vault
        self._taking = taking

    def refuse_closed(self) -> None:
        """9003 while nothing new is taken."""
        if not self._taking():
            raise Refused(GOING_DOWN)

    def keep(self, staging: Staging, accept: Callable[[Unit, str], K | Refused]) -> K:
        """Keeps the staged bytes and has `accept` record them in a unit, under the key of their object."""
        key: str | None = None
        try:
            self.refuse_closed()
            key = kept = staging.keep()
            stands = self._store.write(lambda unit: accept(unit, kept))
        except BaseException as error:
            told = isinstance(error, Refused) and error.fault is not GOING_DOWN
            self._discard(staging, key if told else None)  # untold, the commit may have stood: the sweep will know
            raise
        if stands.replayed:
            self._discard(staging, key)
        return stands

    def _discard(self, staging: Staging, key: str | None) -> None:
        staging.abandon()
        if key is not None:
            self._vault.delete(key)
