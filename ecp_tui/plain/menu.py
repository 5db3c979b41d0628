"""The places of the console as one numbered menu: what this account can do, and what it cannot with the reason."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from ecp_tui.places import PLACES, why_not
from ecp_tui.plain.account import profile, sftp_access
from ecp_tui.plain.activity import Enquiry
from ecp_tui.plain.audit import AuditLog
from ecp_tui.plain.comparing import verify
from ecp_tui.plain.deadlines import deadlines
from ecp_tui.plain.deciding import approvals
from ecp_tui.plain.entering import sign_out
from ecp_tui.plain.fetching import downloads
from ecp_tui.plain.filing import submit
from ecp_tui.plain.folders import folders
from ecp_tui.plain.helping import helped
from ecp_tui.plain.home import home
from ecp_tui.plain.receipt_keys import keys
from ecp_tui.plain.recovering import recover
from ecp_tui.plain.talk import Back, Option
from ecp_tui.plain.users import users
from ecp_tui.plain.visit import SignedOut, Visit

_ELSEWHERE: Final = "it is in the console; ecp inbox, forms, users and others do its parts as commands"


def main_menu(visit: Visit) -> None:
    """Until somebody signs out, which is asked first."""
    acts: dict[str, Callable[[Visit], None]] = {
        "home": home,
        "folders": folders,
        "submit": submit,
        "activity": lambda visit: Enquiry(visit).open(),
        "sftp_access": sftp_access,
        "users": users,
        "approvals": approvals,
        "help": helped,
    }

    def options() -> list[Option]:
        found = []
        for place in PLACES:
            reason = why_not(place.id, visit.me) or ("" if place.id in acts else _ELSEWHERE)
            found.append(Option(f"{place.name}: {place.tooltip}", partial(acts.get(place.id, home), visit), reason))
        ecp = why_not("activity", visit.me)
        reads = "" if visit.me is not None and visit.me.services else ecp
        return [
            *found,
            Option(
                "Verify: a file or a SHA-256 against what was received",
                partial(verify, visit),
                reads,
            ),
            Option("Download: published files", partial(downloads, visit), ecp),
            Option("Profile: your account, password and sessions", partial(profile, visit)),
            Option("Recover: use a code from a mail", partial(recover, visit)),
            Option(
                "Deadlines: what is due, who has filed, closed days",
                partial(deadlines, visit),
                why_not("calendar", visit.me),
            ),
            Option("Receipt keys: who signs receipts", partial(keys, visit)),
            Option("Audit log: what was done", lambda: AuditLog(visit).open()),
        ]

    while True:
        try:
            visit.talk.menu("Main menu", options, "Sign out")
        except Back:
            _leave(visit)


def _leave(visit: Visit) -> None:
    try:
        sure = visit.talk.yes("Sign out?", "yes to sign out, no to stay.")
    except Back:
        return
    if sure:
        sign_out(visit)
        raise SignedOut
