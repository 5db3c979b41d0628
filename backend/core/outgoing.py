"""Files that go out, as the store knows them: publications and their fetches, submissions and their collection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from backend.core.activity_row import ActivityRow

Place = tuple[str, str]
"""A folder and an identity code."""


class OutgoingRows(Protocol):
    """What is read, in one snapshot."""

    def publication_named(self, place: Place, file_name: str) -> ActivityRow | None:
        """The latest that stands there under that name, whatever its date."""
        ...

    def publications(
        self, places: Sequence[Place], since: datetime | None, before: int | None, limit: int
    ) -> list[ActivityRow]:
        """Those that stand in these places, newest first, below log index `before`."""
        ...

    def withdrawals(
        self, places: Sequence[Place], since: datetime | None, before: int | None, limit: int
    ) -> list[ActivityRow]:
        """The withdrawals there, likewise."""
        ...

    def fetched(self, login_id: str, publications: Sequence[int]) -> set[int]:
        """Those of the publications, by log index, that this account has fetched."""
        ...

    def last_handed_out(
        self, act: str, login_id: str, subject: int, channel: str, source: str, note: str | None
    ) -> datetime | None:
        """When this account last fetched, or collected, that file so, from there and for that reason."""
        ...

    def submitters(self, folder: str) -> list[str]:
        """The identity codes for which something stands there."""
        ...

    def submitted_dates(self, folder: str, identity_code: str) -> list[date]:
        """The input dates of what stands there."""
        ...


class OutgoingUnit(Protocol):
    """What one unit writes."""

    def mark_collected(self, log_index: int, by: int) -> None:
        """Notes the first collection of a version, or the first since it was replayed; later ones leave it as it is."""
        ...
