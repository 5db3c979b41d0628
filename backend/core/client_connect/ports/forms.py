"""What an application form changes of a company."""

from __future__ import annotations

from typing import Protocol


class FormRows(Protocol):
    """What is read, in one snapshot."""


class FormUnit(Protocol):
    """What one unit writes."""
