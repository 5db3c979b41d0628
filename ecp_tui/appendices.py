"""Appendices 7.3 and 7.4 as pages of Help, made of the server's own catalogue."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from backend.contract.messages import Appendix, AppendixFolder
from ecp_tui.help_entries import Entry

_PART: Final = "Appendices"
_WIDTH: Final = 72
_ANY: Final = "any"


def appendices(data: Appendix, *, migrates: bool) -> Iterator[Entry]:
    """`migrates`: there is an existing ECP that folders move from; else nobody hears of it."""
    if migrates:
        yield Entry("appendix_7.3", _PART, "7.3", "Migrated folders", "\n".join(_migrated(data)))
    yield Entry("appendix_7.4", _PART, "7.4", "User types, functions and folders", "\n".join(_mapped(data)))


def _migrated(data: Appendix) -> Iterator[str]:
    here = [one for one in data.folders if one.direction == "submission" and one.route == "ecp2"]
    there = [one for one in data.folders if one.direction == "submission" and one.route != "ecp2"]
    yield "Submitted in ECP 2.0, and no longer in the existing ECP:"
    yield from _listed(here)
    yield ""
    yield "Submitted in the existing ECP, until their batch moves (Migration says when):"
    yield from _listed(there)


def _listed(folders: Iterable[AppendixFolder]) -> Iterator[str]:
    lines = [f"  {one.folder:<9} {one.title}{f', batch {one.batch}' if one.batch else ''}" for one in folders]
    yield from lines or ["  none"]


def _mapped(data: Appendix) -> Iterator[str]:
    yield "A folder opens where a function that is held maps to it, for an identity"
    yield "code whose user type the folder serves."
    for user_type in data.user_types:
        serves = [one for one in data.folders if user_type.code in one.user_types]
        yield ""
        yield f"{user_type.title} ({user_type.code})"
        for function in dict.fromkeys(name for one in serves for name in one.functions):
            opened = ", ".join(one.folder for one in serves if function in one.functions)
            yield from _hanging(f"  {'any function' if function == _ANY else function:<13}", opened)
    yield ""
    yield "Functions"
    for one in data.functions:
        yield from _hanging(f"  {one.function:<13}", f"{one.title}; by {', '.join(one.channels)}")


def _hanging(head: str, words: str) -> Iterator[str]:
    pieces = textwrap.wrap(words, _WIDTH - len(head)) or ["nothing"]
    yield f"{head} {pieces[0]}"
    yield from (f"{' ' * len(head)} {piece}" for piece in pieces[1:])
