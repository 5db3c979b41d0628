"""A submission put together by questions: only what the file's name does not say is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from backend.contract.faults import DISAGREE, Refused
from backend.contract.messages import Folder
from ecp_tui import wording
from ecp_tui.draft import Draft, from_name, propose, takers
from ecp_tui.plain.talk import Back, Talk

_TAKEN: Final = {"identity_code": "identity", "input_date": "input date"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What another page asked for: it stands, and the name must agree with it."""

    folder: str | None = None
    identity_code: str | None = None
    input_date: date | None = None


def drafted(talk: Talk, path: Path, folders: Sequence[Folder], wanted: Wanted) -> Draft:
    """The file with folder, identity and date; refuses a name that no folder takes."""
    code = wanted.folder
    fitting = takers(folders, path.name)
    if code is None and len(fitting) > 1:
        talk.say(f"{path.name} fits several folders.")
        code = fitting[talk.pick("Which folder, which number?", [_named(one) for one in fitting])].folder
    draft = propose(path, folders, folder=code, identity_code=wanted.identity_code, input_date=wanted.input_date)
    if draft.folder is not None and draft.identity_code is None:
        draft.request(1)  # a name that bears somebody else's identity is refused, not asked about
    return draft


def completed(talk: Talk, draft: Draft) -> Draft:
    """Asks for what is missing."""
    if draft.folder is not None and draft.identity_code is None:
        draft = replace(draft, identity_code=_identity(talk, draft.folder))
    if draft.input_date is None:
        draft = replace(draft, input_date=_day(talk, draft))
    return draft


def agreeing(talk: Talk, draft: Draft, size: int) -> Draft:
    """Until name, identity and date say the same; the 4505 offers what the name says."""
    while True:
        try:
            draft.request(size)
            return draft
        except Refused as refused:
            reason = refused.values.get("reason", "")
            if refused.fault is not DISAGREE or reason not in _TAKEN or from_name(draft) == draft:
                raise
            talk.fault(refused)
            draft = _corrected(talk, draft, reason)


def changed(talk: Talk, draft: Draft, folders: Sequence[Folder]) -> Draft:
    """All three asked for again; Enter keeps what stands."""
    own = [one for one in folders if one.direction == "submission"]
    stands = draft.folder.folder if draft.folder is not None else ""
    talk.say(*(f"{number}. {_named(one)}" for number, one in enumerate(own, 1)))
    keep = next((str(number) for number, one in enumerate(own, 1) if one.folder == stands), None)
    while True:
        typed = talk.ask(f"Folder, which number, Enter for {stands}?", "the number of the folder.", default=keep)
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(own):
            break
        talk.say(f"Type a number from 1 to {len(own)}.")
    folder = own[int(typed) - 1]
    draft = replace(draft, folder=folder, identity_code=_identity(talk, folder, draft.identity_code))
    return replace(draft, input_date=_day(talk, draft))


def _corrected(talk: Talk, draft: Draft, reason: str) -> Draft:
    named = from_name(draft)
    value = named.identity_code if reason == "identity_code" else named.input_date
    field = _TAKEN[reason]
    choices = [f"Take the {field} from the name: {value}", f"Type another {field}", "Choose another file"]
    chosen = talk.pick("How shall it be put right, which number?", choices)
    if chosen == 0:
        if reason == "identity_code":
            return replace(draft, identity_code=named.identity_code)
        return replace(draft, input_date=named.input_date)
    if chosen == 1 and draft.folder is not None:
        if reason == "identity_code":
            return replace(draft, identity_code=_identity(talk, draft.folder))
        return replace(draft, input_date=_day(talk, replace(draft, input_date=None)))
    raise Back


def _identity(talk: Talk, folder: Folder, stands: str | None = None) -> str:
    own = folder.identities
    if len(own) == 1:
        return own[0].identity_code
    talk.say(
        "Identities:",
        *(f"{number}. {one.identity_code} {one.name}, {one.user_type}" for number, one in enumerate(own, 1)),
    )
    codes = {one.identity_code for one in own}
    default = stands if stands in codes else None
    while True:
        kept = f", Enter for {default}" if default else ""
        typed = talk.ask(
            f"Identity, its number or code{kept}?", "the number or the code of the identity.", default=default
        )
        if typed.upper() in codes:
            return typed.upper()
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(own):
            return own[int(typed) - 1].identity_code
        talk.say(f"There is no identity {typed} here.")


def _day(talk: Talk, draft: Draft) -> date:
    folder = draft.folder
    meaning = f" ({folder.input_date_meaning})" if folder is not None else ""
    default = draft.input_date or (folder.default_input_date if folder is not None else None)
    kept = f", Enter for {wording.day(default)}" if default else ""
    while True:
        typed = talk.ask(
            f"Input date{meaning}{kept}?",
            "a date such as 2026-11-20.",
            default=default.isoformat() if default else None,
        )
        try:
            return date.fromisoformat(typed)
        except ValueError:
            talk.say(f"{typed} is not a date such as 2026-11-20.")


def _named(folder: Folder) -> str:
    return f"{folder.folder}, {folder.title}"
