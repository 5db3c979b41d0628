"""An account's authenticator as it is kept: the one that counts, and one about to take its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Since when the one that counts does; `pending` is the sealed seed of the next, until a code of it was given."""

    since: datetime | None
    pending: bytes | None = field(repr=False)


class ProfileRows(Protocol):
    """What is read, in one snapshot."""

    def authenticator(self, account_id: int) -> Authenticator: ...


class ProfileUnit(Protocol):
    """What one unit writes."""

    def begin_authenticator(self, account_id: int, sealed_seed: bytes) -> None:
        """In place of one begun before; nothing counts but the one at hand."""
        ...
