"""Sessions of one account as they are kept."""

from __future__ import annotations

from typing import Protocol


class SessionRows(Protocol):
    """What is read, in one snapshot."""


class SessionUnit(Protocol):
    """What one unit writes."""
