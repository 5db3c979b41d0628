"""The key table: every key of the console once, with its id, its word in the footer and what it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from textual.binding import Binding, BindingType

from backend.contract.rules.shown import shown

Where = Literal["everywhere", "lists", "forms"]


@dataclass(frozen=True, slots=True)
class Key:
    """One act: `keys` as Textual names them, `shown` as a sentence names them, `hint` as the footer does."""

    id: str
    keys: str
    shown: str
    hint: str
    word: str
    tooltip: str
    where: Where


_SHARED: Final = frozenset({"later", "earlier"})
"""On a date these keys mean days; nowhere else."""
FIRST: Final = frozenset({"menu", "goto", "transfers", "leave"})
"""Taken before any field sees them, so that the next key, however soon, belongs to what they open."""


def _table(where: Where, *rows: tuple[str, str, str, str, str, str]) -> dict[str, Key]:
    return {row[0]: Key(*row, where) for row in rows}


KEYS: Final[dict[str, Key]] = {
    **_table(
        "everywhere",
        ("help", "f1,question_mark", "F1 or ?", "F1", "help", "What can be done here"),
        ("menu", "ctrl+p", "ctrl+p", "^p", "menu", "All actions, places and folders"),
        ("goto", "ctrl+o", "ctrl+o", "^o", "go to", "Go to a place, by its digit 1 to 9"),
        ("refresh", "f5,ctrl+r", "F5 or ctrl+r", "F5", "refresh", "Ask the server again; the row stays"),
        ("transfers", "f7,ctrl+t", "F7 or ctrl+t", "F7", "transfers", "Transfers: progress, cancel"),
        ("recover", "f4", "F4", "F4", "recover", "Use a mail's code; forgotten password"),
        ("leave", "ctrl+q", "ctrl+q", "^q", "leave", "Stay, sign out or quit"),
        ("copy_selection", "ctrl+c", "ctrl+c", "^c", "copy", "Copy what is selected"),
        ("back", "escape", "Esc", "Esc", "back", "One step back"),
    ),
    **_table(
        "lists",
        ("open", "enter", "Enter", "Enter", "open", "Open the row"),
        ("down", "down,j", "↓ or j", "↓", "down", "Next row"),
        ("up", "up,k", "↑ or k", "↑", "up", "Row before"),
        ("page_down", "pagedown,space", "PgDn", "PgDn", "page down", "A page down"),
        ("page_up", "pageup", "PgUp", "PgUp", "page up", "A page up"),
        ("first", "g,home", "g", "g", "first", "First row"),
        ("last", "G,end", "G", "G", "last", "Last row"),
        ("find", "slash", "/", "/", "find", "Filter the list by typing"),
        ("sort", "s", "s", "s", "sort", "Sort by the next column"),
        ("sort_back", "S", "S", "S", "sort back", "Sort the other way round"),
        ("filter", "f", "f", "f", "filter", "Filter by dates, folder, state and more"),
        ("submit", "n", "n", "n", "submit", "Submit a file; elsewhere something new"),
        ("approve", "a", "a", "a", "approve", "Approve what is shown"),
        ("reject", "x", "x", "x", "reject", "Reject, revoke, remove or withdraw"),
        ("return", "r", "r", "r", "return", "Return it to its maker"),
        ("change", "e", "e", "e", "change", "Change it, or revise what was asked"),
        ("explain", "E", "E", "E", "explain", "Say why findings in a file are right"),
        ("get", "d", "d", "d", "get", "Download"),
        ("replay", "p", "p", "p", "replay", "Have it collected once more"),
        ("compare", "v", "v", "v", "compare", "Compare with a file or a pasted SHA-256"),
        ("copy", "c", "c", "c", "copy", "Copy the value"),
        ("copy_row", "C", "C", "C", "copy row", "Copy the whole row"),
        ("save", "w", "w", "w", "save", "Save to a file"),
        ("migration", "m", "m", "m", "migration", "Folders that moved (appendix 7.3)"),
        ("mouse", "percent_sign", "%", "%", "mouse", "Mouse off: the terminal selects; or on"),
    ),
    **_table(
        "forms",
        ("check", "f8,ctrl+s", "F8 or ctrl+s", "F8", "check", "Check the form and go on"),
        ("reveal", "f2", "F2", "F2", "show", "Show the password, or hide it again"),
        ("from_name", "f6", "F6", "F6", "from the name", "Take it from the file name"),
        ("demo_code", "f9", "F9", "F9", "demo code", "In the demo: fill in the code"),
        ("browse", "ctrl+f", "ctrl+f", "^f", "browse", "Choose a file on this computer"),
        ("undo", "ctrl+z", "ctrl+z", "^z", "undo", "Undo in this field"),
        ("later", "up", "↑ on a date", "↑", "a day later", "The next day"),
        ("earlier", "down", "↓ on a date", "↓", "a day earlier", "The day before"),
    ),
}

_IN_BROWSER: Final = {
    "menu": ("f10,ctrl+p", "F10 or ctrl+p", "F10"),
    "goto": ("f3,ctrl+o", "F3 or ctrl+o", "F3"),
    "transfers": ("f7", "F7", "F7"),
}
"""Where a browser may have a use of its own for the key; ctrl+t, n and w no page ever hears of."""


def use_in_browser() -> None:
    """From here on the table is that of the browser edition. It comes first: pages take their keys when loaded."""
    for id_, (keys, shown_, hint) in _IN_BROWSER.items():
        KEYS[id_] = replace(KEYS[id_], keys=keys, shown=shown_, hint=hint)


def _is_typed(key: str) -> bool:
    """Whether a field would take the key as a character; function keys and those with ctrl it would not."""
    return not key.startswith("ctrl+") and not (key[:1] == "f" and key[1:].isdigit())


def footer_key(key: str) -> str:
    """A key as Textual names it, as the footer writes it: `ctrl+s` is ^s, `f8` is F8."""
    first = key.partition(",")[0]
    if first.startswith("ctrl+"):
        return f"^{first.removeprefix('ctrl+')}"
    return first.upper() if first[0] == "f" and first[1:].isdigit() else first


def remapped(wanted: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """The keys that the settings may move, by id, and in words why others stay where they are."""
    taken = {key: row.id for row in KEYS.values() if row.id not in _SHARED for key in row.keys.split(",")}
    accepted: dict[str, str] = {}
    problems: list[str] = []
    for id_, key in wanted:
        if id_ not in KEYS:
            problems.append(f"There is no key called {shown(id_, 40)} to remap; Help lists them.")
        elif taken.get(key, id_) != id_:
            problems.append(
                f"{shown(key, 40)} is taken by {KEYS[taken[key]].word}: {KEYS[id_].word} keeps {KEYS[id_].shown}."
            )
        elif id_ in FIRST and _is_typed(key):
            problems.append(f"{shown(key, 40)} is typed in fields: {KEYS[id_].word} keeps {KEYS[id_].shown}.")
        else:
            taken = {old: row for old, row in taken.items() if row != id_} | {key: id_}
            accepted[id_] = key
    return accepted, problems


def bindings(*ids: str, direct: bool = False, priority: bool = False) -> list[BindingType]:
    """Textual's bindings for these keys. Each runs `press` with its id, which asks for a reason before it acts;
    `direct` ones run the action of that name."""
    return [
        Binding(
            KEYS[id_].keys,
            id_ if direct else f"press('{id_}')",
            KEYS[id_].word,
            id=id_,
            tooltip=KEYS[id_].tooltip,
            priority=priority,
        )
        for id_ in ids
    ]


def place_bindings() -> list[BindingType]:
    """1 to 9 go to the places, wherever no field takes the digit."""
    return [Binding(str(digit), f"place({digit})", f"place {digit}", id=f"place_{digit}") for digit in range(1, 10)]
