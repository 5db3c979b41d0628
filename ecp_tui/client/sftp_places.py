"""Places behind the SFTP door: identity code and folder, as a file's name and the account's own tree say them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from backend.contract.faults import DISAGREE, NOT_UNDERSTOOD, UNKNOWN_FOLDER, Refused
from backend.contract.rules.file_names import plain
from backend.contract.rules.shown import shown

_BETWEEN: Final = re.compile(r"[^A-Z0-9]+")
_LONGEST: Final = 120


class Place(NamedTuple):
    """One folder as one identity has it."""

    identity_code: str
    folder: str

    @property
    def submit(self) -> str:
        return f"/{self.identity_code}/{self.folder}/submit"

    @property
    def receipts(self) -> str:
        return f"/{self.identity_code}/{self.folder}/receipts"

    @property
    def download(self) -> str:
        return f"/{self.identity_code}/{self.folder}/download"


Tree = Mapping[str, Sequence[str]]
"""The folders of each identity code."""


def place_of(file_name: str, tree: Tree, *, folder: str | None, identity_code: str | None) -> Place:
    """Where a file goes: what was named stands, the rest comes from its name. The server judges the name itself."""
    if not plain(file_name):
        raise Refused(
            DISAGREE,
            reason="file_name",
            in_name=shown(file_name, 60),
            chosen="–",
            what=f"The name {shown(file_name, 60)} is not one that any folder takes.",
            fix="Rename the file as its folder's rule says, or choose another file.",
        )
    words = [word for word in _BETWEEN.split(file_name.upper()) if word]
    identity = _identity(file_name, words, tree, identity_code)
    return Place(identity, _folder(file_name, words, tree[identity], folder))


def said_date(file_name: str) -> date | None:
    """The day that a name says, where it says one: eight digits."""
    for word in _BETWEEN.split(file_name.upper()):
        if len(word) == len("YYYYMMDD") and word.isdigit():
            try:
                return date(int(word[:4]), int(word[4:6]), int(word[6:]))
            except ValueError:
                continue
    return None


def says_date(file_name: str, day: date) -> bool:
    """Whether the name is one of that day alone, or of its month."""
    return f"{day:%Y%m%d}" in file_name or f"{day:%Y%m}" in _BETWEEN.split(file_name.upper())


def draft_name(file_name: str, sha256: str) -> str:
    """The temporary name that only these bytes have: what is kept under it can be gone on with."""
    return f"{file_name[:_LONGEST]}.{sha256[:16]}.part"


def _identity(file_name: str, words: Sequence[str], tree: Tree, chosen: str | None) -> str:
    own = [code for code in tree if code in words]
    if chosen is None:
        found = own if len(own) == 1 else list(tree) if len(tree) == 1 else []
        if not found:
            what = f"{shown(file_name, 60)} does not say for which identity it is: name one of {_listed(tree)}."
            raise Refused(NOT_UNDERSTOOD, what=what)
        return found[0]
    if len(own) == 1 and own[0] != chosen:
        raise Refused(
            DISAGREE,
            reason="identity_code",
            in_name=own[0],
            chosen=shown(chosen, 40),
            what=f"The name says identity {own[0]}, the identity chosen is {shown(chosen, 40)}.",
            fix=f"Choose identity {own[0]}, or rename the file.",
        )
    if chosen not in tree:
        raise Refused(NOT_UNDERSTOOD, what=f"Identity {shown(chosen, 40)} is none of yours here: {_listed(tree)}.")
    return chosen


def _folder(file_name: str, words: Sequence[str], folders: Sequence[str], chosen: str | None) -> str:
    if chosen is not None:
        found = [code for code in folders if code.casefold() == chosen.casefold()]
        if not found:
            raise Refused(UNKNOWN_FOLDER, folder=shown(chosen, 40))
        return found[0]
    start = words[0] if words else ""
    alike = {code: "".join(_BETWEEN.split(code.upper())) for code in folders}
    fitting = [code for code, letters in alike.items() if letters == start] or [
        code for code, letters in alike.items() if start and letters.startswith(start)
    ]
    if len(fitting) != 1:
        what = f"{shown(file_name, 60)} does not say for which folder it is: name one of {_listed(folders)}."
        raise Refused(NOT_UNDERSTOOD, what=what)
    return fitting[0]


def _listed(codes: Sequence[str] | Tree) -> str:
    return ", ".join(shown(code, 40) for code in codes) or "none"
