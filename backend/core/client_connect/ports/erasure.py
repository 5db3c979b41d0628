"""What is erased of an account that was closed long ago."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from backend.core.activity_row import ActivityRow


class LongClosed(NamedTuple):
    """An account of which nothing was erased yet."""

    login_id: str
    company: str | None


class ErasureRows(Protocol):
    """What is read, in one snapshot."""

    def long_closed(self, before: datetime) -> list[LongClosed]: ...

    def sources_of(self, login_id: str, after: int, limit: int) -> list[int]:
        """Entries of its acts, in their order, that still say where they came from."""
        ...

    def erased_up_to(self, login_ids: Collection[str]) -> dict[str, int]:
        """By login ID: the last entry whose source is erased by what the log says."""
        ...


class ErasureUnit(Protocol):
    """What one unit writes."""

    def erase_sources(self, rows: Sequence[ActivityRow]) -> None:
        """Of these entries; only after the entry that says so."""
        ...

    def forget_closed(self, login_ids: Collection[str]) -> int:
        """Erases name, e-mail, telephone and last address of these accounts, in change requests as well.

        A request's digest stays: it is then that of something erased.
        """
        ...
