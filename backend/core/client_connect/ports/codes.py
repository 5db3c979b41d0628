"""One-time codes, recovery codes and mails as they are kept."""

from __future__ import annotations

from typing import Protocol


class CodeRows(Protocol):
    """What is read, in one snapshot."""


class CodeUnit(Protocol):
    """What one unit writes."""
