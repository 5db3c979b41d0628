"""Findings as text: the document that SFTP shows as `NAME.findings.txt`, and reading it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from backend.contract.rules.expectations import MOST_EXPECTATIONS, Unexpected
from backend.contract.rules.shown import shown

_HEAD: Final = "Accepted, with findings that want an explanation"
_CODES: Final = "codes: "
_PARTS: Final = 4
_LONGEST: Final = 2000


def findings_text(found: Sequence[Unexpected], log_index: int, **facts: object) -> str:
    """What to do, what was found, and then the facts: a paragraph each."""
    how = "Say why the file is right all the same: in Activity of the console (key E), or by command:"
    lines = [_HEAD, "", how, f'ecp explain {log_index} "why it is right"']
    lines += ["Or correct the file and put it again under the same name.", "", *(one.words for one in found), ""]
    lines += [_CODES + ",".join(one.code for one in found), f"log-index: {log_index}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in facts.items()]
    return "\n".join([*lines, ""])


def read_findings(text: str) -> tuple[Unexpected, ...]:
    """What `findings_text` wrote; nothing where it is not that."""
    parts = text.split("\n\n")
    if len(parts) != _PARTS or parts[0] != _HEAD or not parts[3].startswith(_CODES):
        return ()
    codes = parts[3].split("\n", 1)[0].removeprefix(_CODES).split(",")
    found = zip(codes, parts[2].split("\n"), strict=False)
    return tuple(Unexpected(shown(code, 80), shown(words, _LONGEST)) for code, words in found)[:MOST_EXPECTATIONS]
