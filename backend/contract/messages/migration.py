"""The move from the existing ECP: batches, and which folder is served where (appendix 7.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from backend.contract.messages.base import Message

Route = Literal["ecp2", "existing"]


class MigrationFolder(Message):
    """A submission folder: where it is served, and with which batch it moves or moved."""

    folder: str
    title: str
    route: Route
    batch: str | None


class MigrationBatch(Message):
    """Folders that move together. Without `at` they move in due course."""

    batch: str
    folders: tuple[str, ...]
    at: datetime | None
    switched: datetime | None


class Migration(Message):
    """As it stands now. `existing_ecp` is where the existing ECP is found, as long as it lives."""

    now: datetime
    existing_ecp: str | None
    planned_end: str | None
    decommissioned: datetime | None
    batches: tuple[MigrationBatch, ...]
    folders: tuple[MigrationFolder, ...]
