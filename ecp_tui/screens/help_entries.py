"""What Help lists: the FAQ's questions, what pages are for, every fault with its remedy, and every key."""

from __future__ import annotations

from typing import Final

from ecp_tui.help_entries import Entry, faults, pages, questions
from ecp_tui.widgets.keys import KEYS, Key

_WHERE: Final = {"everywhere": "works everywhere", "lists": "works in lists and details", "forms": "works in forms"}


def entries() -> list[Entry]:
    return [*questions(), *pages(), *faults(), *(_key(key) for key in KEYS.values())]


def _key(key: Key) -> Entry:
    return Entry(f"key_{key.id}", "Keys", key.shown, key.word, f"{key.tooltip}.\n\n{key.shown} {_WHERE[key.where]}.")
