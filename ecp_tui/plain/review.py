"""The review before a submission in accessible mode: what it is, what it replaces, and the one question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from backend.contract.faults import Refused
from backend.contract.messages import Check, Folder
from backend.contract.rules.expectations import Unexpected, explanation_of
from ecp_tui import wording
from ecp_tui.draft import Draft
from ecp_tui.plain.drafting import Wanted, agreeing, completed, drafted
from ecp_tui.plain.receipts import spoken_hash
from ecp_tui.plain.talk import Back, numbered
from ecp_tui.plain.visit import Visit

_ROWS_OF: Final = frozenset({".csv", ".txt", ".tsv"})


def agreed(visit: Visit, path: Path, folders: Sequence[Folder], wanted: Wanted, size: int) -> Draft:
    """Folder, identity and date as name and person say, and no 4505 among them."""
    return agreeing(visit.talk, completed(visit.talk, drafted(visit.talk, path, folders, wanted)), size)


def review_lines(visit: Visit, draft: Draft, size: int, rows: int, sha256: str, verdict: Check) -> Iterator[str]:
    """All that is about to be submitted, a fact a line."""
    folder, identity_code, input_date = draft.complete()
    name = next((one.name for one in folder.identities if one.identity_code == identity_code), "")
    yield "Review. Nothing was submitted yet."
    yield f"File: {draft.file_name}"
    yield f"Folder: {folder.folder} {folder.title}"
    yield f"Identity: {identity_code} {name}".rstrip()
    yield f"Input date: {wording.day(input_date)}, {folder.input_date_meaning}"
    counted = f", {wording.count(rows, 'row')}" if draft.path.suffix.lower() in _ROWS_OF else ""
    yield f"Size: {wording.size_exact(size)}{counted}"
    if verdict.cut_off is not None:
        left = (verdict.cut_off - visit.now()).total_seconds()
        words = f"{wording.duration(left)} left" if left > 0 else "passed: it will be late"
        yield f"Cut-off: {visit.when(verdict.cut_off)}, {words}"
    yield f"SHA-256: {spoken_hash(sha256)}"
    yield _consequence(visit, verdict)


def explained(visit: Visit, found: Sequence[Unexpected], verdict: Check) -> str | None:
    """Why the file is right although something in it is not as its folder expects; nothing where all is."""
    if not found or verdict.unchanged:
        return None
    counted = wording.count(len(found), "finding")
    visit.talk.say(f"{counted} to explain, or to correct in the file.", *numbered(one.words for one in found))
    return explanation(visit, "one line that the exchange reads; 0 goes back and submits nothing.")


def explanation(visit: Visit, helped: str) -> str:
    """Asked for until it is one."""
    while True:
        try:
            return explanation_of(visit.talk.ask("Explanation?", helped))
        except Refused as refused:
            visit.talk.say(refused.what)


def _consequence(visit: Visit, verdict: Check) -> str:
    before = verdict.replaces
    if verdict.unchanged:
        return "The same bytes are the current version already: nothing new is stored, you get their receipt."
    if before is None:
        return "It is the first file of this name."
    return (
        f"It replaces version {before.version} of {visit.when(before.at)} by {before.login_id}, "
        f"SHA-256 {spoken_hash(before.sha256 or '')}. That version stays as evidence, shown as superseded."
    )


def sure(visit: Visit, verdict: Check) -> bool:
    """True to submit, false to change something first; no goes back."""
    replaces = verdict.replaces is not None and not verdict.unchanged
    act = "Replace the file?" if replaces else "Submit?"
    helped = "yes to submit, no to go back, c to change folder, identity or input date."
    while True:
        typed = visit.talk.ask(f"{act} yes or no, or c to change something?", helped).lower()
        if typed in ("y", "yes"):
            return True
        if typed == "c":
            return False
        if typed in ("n", "no"):
            visit.talk.say("Nothing was submitted.")
            raise Back
        visit.talk.say("Type yes, no or c.")
