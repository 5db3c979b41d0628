"""Change requests as they are kept."""

from __future__ import annotations

from typing import Protocol


class RequestRows(Protocol):
    """What is read, in one snapshot."""


class RequestUnit(Protocol):
    """What one unit writes."""
