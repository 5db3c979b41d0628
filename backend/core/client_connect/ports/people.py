"""Accounts and companies: what is read of them, and how they change."""

from __future__ import annotations

from typing import Protocol


class PeopleRows(Protocol):
    """What is read, in one snapshot."""


class PeopleUnit(Protocol):
    """What one unit writes."""
