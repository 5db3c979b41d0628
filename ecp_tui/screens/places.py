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
    Place(2, "folders", "Folders", "Folders and their rules"),
    Place(3, "submit", "Submit", "Submit a file"),
    Place(4, "activity", "Activity", "Activity Enquiry, with each SHA-256"),
    Place(5, "sftp_access", "SFTP access", "Keys and addresses", "comes with a later version"),
    Place(6, "users", "Users", "Users of your company", "comes with a later version"),
    Place(7, "approvals", "Approvals", "Change requests to check", "comes with a later version"),
    Place(8, "operator", "Operator", "The operator's own work", "comes with a later version"),
    Place(9, "help", "Help", "Questions and answers, faults, keys"),
)
BESIDES: Final = (
    Place(0, "client_connect", "Client Connect", "Profile, and the way back to ECP"),
    Place(0, "demo", "Demo", "Sample files, and the lines for SFTP"),
)
"""Without a digit: reached from the menu, and from the pages that need them."""
BY_ID: Final = {place.id: place for place in (*PLACES, *BESIDES)}
OPEN: Final = frozenset({"help", "demo"})
"""Nobody needs to be signed in there."""
NEEDS_FUNCTIONS: Final = frozenset({"folders", "submit", "activity"})


def why_not(place: str, me: Me | None) -> str:
    """Why this account cannot enter the place; empty where it can."""
    if not_yet := BY_ID[place].not_yet:
        return not_yet
    if me is None and place not in OPEN:
        return "sign in first"
    if place in NEEDS_FUNCTIONS and me is not None and not me.enters_ecp:
        return "your account holds no ECP function for it (2000)"
    return ""
