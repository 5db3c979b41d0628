"""The system's clock."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Meets the `Clock` port."""

    def now(self) -> datetime:
        return datetime.now(UTC)
