"""Verify in accessible mode: a file, or a pasted SHA-256, against what was received: MATCH or DIFFERENT (FAQ Q26)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.messages import Activity, ActivityFilter
from ecp_tui import wording
from ecp_tui.digest import digest, size_of
from ecp_tui.pastes import find_hash, find_paths
from ecp_tui.plain.receipts import spoken_hash
from ecp_tui.plain.sending import by_ticket
from ecp_tui.plain.steps import reading
from ecp_tui.plain.visit import Visit

_WAYS: Final = ("Name a file", "Paste a SHA-256, or all that certutil, sha256sum, shasum or Get-FileHash wrote")
_PASTE: Final = "the 64 digits, or the whole output of your tool and then an empty line."
_FILE: Final = "the path of the file that you have."
_NAME: Final = "the name of the file that you have; its bytes are only read, and nothing is kept of them."
_RECEIVED: Final = ("accepted", "superseded", "collected", "published", "fetched")


def verify(visit: Visit, against: Activity | None = None) -> None:
    """Against one activity; without one, against everything of that SHA-256 or that name."""
    talk = visit.talk
    with talk.at("Verify a file"):
        if talk.pick("What do you have, which number?", _WAYS) == 0:
            name, own = _of_file(visit)
        else:
            name, own = "", find_hash(talk.lines("SHA-256?", _PASTE, _enough))
        talk.say(f"Yours has SHA-256 {spoken_hash(own)}")
        if against is not None:
            talk.say(_verdict(visit, own, against))
        else:
            talk.say(_found(visit, own, name))


def _of_file(visit: Visit) -> tuple[str, str]:
    """Name and SHA-256 of a file: here it is read, over SSH it comes by a ticket."""
    if not visit.here:
        name = visit.talk.ask("Name of the file?", _NAME).replace("\\", "/").rpartition("/")[2]
        with by_ticket(visit, "compare", name) as (_, arrived):
            return name, arrived.sha256 or ""
    paths = find_paths(visit.talk.ask("File?", _FILE))
    if len(paths) != 1:
        raise Refused(NOT_UNDERSTOOD, what=f"That is {len(paths)} paths; name one file at a time.")
    path = paths[0]
    found = visit.ask(digest, path, reading(visit.talk.say, size_of(path)))
    return path.name, found.sha256


def _found(visit: Visit, own: str, name: str) -> str:
    same = visit.ask(visit.client.activity, ActivityFilter(sha256=own), limit=1).items
    if same:
        return _verdict(visit, own, same[0])
    if name:
        page = visit.ask(visit.client.activity, ActivityFilter(name=name[:200]))
        of_name = [one for one in page.items if one.file_name == name and one.sha256 and one.state in _RECEIVED]
        if of_name:
            return _verdict(visit, own, of_name[0])
    named = f", and none called {Path(name).name}" if name else ""
    return f"DIFFERENT. No file of this SHA-256 was received that you may see{named}."


def _verdict(visit: Visit, own: str, theirs: Activity) -> str:
    """The word that was asked for comes first."""
    version = f" version {theirs.version}," if theirs.version else ""
    what = f"{theirs.file_name},{version} {wording.state_word(theirs)}, {visit.when(theirs.at)}"
    if own == theirs.sha256:
        return f"MATCH. Yours is the file that was received: {what}."
    if theirs.sha256 is None:
        return f"DIFFERENT. Nothing was received: {what}."
    return f"DIFFERENT. Yours is not the file received: {what}, has SHA-256 {spoken_hash(theirs.sha256)}."


def _enough(text: str) -> bool:
    """One line with a hash in it needs no empty line after it."""
    try:
        find_hash(text)
    except Refused:
        return False
    return "\n" not in text
