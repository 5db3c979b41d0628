"""Companions: empty files that say of another file that it has come whole, such as NAME.ok beside NAME."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from backend.contract.faults import WRONG_CONTENT, Refused
from backend.contract.rules.shown import shown

COMPANIONS: Final = (".ok", ".done", ".fin")
"""The endings that a folder may declare."""
_NAMED: Final = 80


def with_companions(patterns: Sequence[str], companions: Sequence[str]) -> tuple[str, ...]:
    """The patterns, and after them those of the companions' names."""
    return (*patterns, *(pattern + ending for pattern in patterns for ending in companions))


def companion_of(file_name: str, companions: Sequence[str]) -> str | None:
    """The name of the file that it says something of; nothing where it is no companion."""
    for ending in companions:
        if file_name.endswith(ending):
            return file_name.removesuffix(ending)
    return None


def refuse_full(file_name: str, size: int) -> None:
    """4514 where a companion holds anything."""
    if size:
        raise Refused(
            WRONG_CONTENT,
            what=f"{shown(file_name, _NAMED)} has {size:,} bytes; in this folder a file of this name is empty.",
            fix="Submit it empty: what the file holds belongs under its own name.",
        )


def refuse_alone(file_name: str, goes_with: str) -> None:
    """4514: the file that the companion speaks of does not stand."""
    raise Refused(
        WRONG_CONTENT,
        what=f"{shown(file_name, _NAMED)} says that {shown(goes_with, _NAMED)} has come whole, and it has not come.",
        fix=f"Submit {shown(goes_with, _NAMED)} first, then this file again.",
    )
