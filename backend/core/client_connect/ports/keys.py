"""SFTP keys and addresses as they are kept."""

from __future__ import annotations

from typing import Protocol


class KeyRows(Protocol):
    """What is read, in one snapshot."""


class KeyUnit(Protocol):
    """What one unit writes."""
