"""Migration as the store knows it: batches, the switch that comes next, and the existing ECP's own accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Batch:
    """Folders that move together; which ones stands with the folders. Without `at` it moves in due course."""

    code: str
    at: datetime | None = None
    switched: datetime | None = None

    def due(self, now: datetime) -> bool:
        return self.switched is None and self.at is not None and self.at <= now


@dataclass(frozen=True, slots=True)
class ExistingAccount:
    """An account of the existing ECP: it opens the existing intake and nothing else."""

    login: str
    company: str
    name: str
    password_hash: str = field(repr=False)
    identity_codes: tuple[str, ...] = ()
    closed: datetime | None = None


class MigrationRows(Protocol):
    """What is read, in one snapshot."""

    def next_switch(self) -> datetime | None:
        """The instant of the first batch that has not moved and has one."""
        ...

    def decommissioned(self) -> datetime | None:
        """Since when the existing ECP takes nothing any more."""
        ...

    def batches(self) -> dict[str, Batch]:
        """Those that were planned, by code."""
        ...

    def existing_account(self, login: str) -> ExistingAccount | None: ...

    def existing_accounts(self) -> list[ExistingAccount]: ...


class MigrationUnit(Protocol):
    """What one unit writes."""

    def put_batch(self, batch: Batch) -> None:
        """In place of the one of its code; the next switch and the catalogue's revision move with it."""
        ...

    def decommission(self, now: datetime) -> bool:
        """False where that was done before."""
        ...

    def add_existing_account(self, account: ExistingAccount) -> bool:
        """False where the login is taken."""
        ...

    def close_existing_account(self, login: str, now: datetime) -> bool:
        """False where there is none that is open."""
        ...
