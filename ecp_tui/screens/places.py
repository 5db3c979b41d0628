"""The places of the console, the same digit everywhere, and why one cannot be entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.contract.messages import Me


@dataclass(frozen=True, slots=True)
class Place:
    """One place; `not_yet` says why it is dim in this version."""

    digit: int
    id: str
    name: str
    tooltip: str
    not_yet: str = ""


PLACES: Final = (
    Place(1, "home", "Home", "What needs you today"),
    Place(2, "folders", "Folders", "Submission and download folders, and their rules"),
    Place(3, "submit", "Submit", "Submit a file"),
    Place(4, "activity", "Activity", "Activity Enquiry: every file act, with its SHA-256"),
    Place(
        5, "sftp_access", "SFTP access", "Keys and addresses", "keys and addresses are set up by the operator so far"
    ),
    Place(6, "users", "Users", "Users of your company", "comes with a later version"),
    Place(7, "approvals", "Approvals", "Change requests to check", "comes with a later version"),
    Place(8, "operator", "Operator", "The operator's own work", "comes with a later version"),
    Place(9, "help", "Help", "Questions and answers, faults, keys"),
)
BY_ID: Final = {place.id: place for place in PLACES}
NEEDS_FUNCTIONS: Final = frozenset({"folders", "submit", "activity"})


def why_not(place: str, me: Me | None) -> str:
    """Why this account cannot enter the place; empty where it can."""
    row = BY_ID.get(place)
    if row is None:
        return ""
    if row.not_yet:
        return row.not_yet
    if me is None and place != "help":
        return "sign in first"
    if place in NEEDS_FUNCTIONS and me is not None and not me.enters_ecp:
        return "your account holds no ECP function for it (2000)"
    return ""
