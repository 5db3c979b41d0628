"""The places of the console, the same digit everywhere, and why one cannot be entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import Me


@dataclass(frozen=True, slots=True)
class Place:
    """One place."""

    digit: int
    id: str
    name: str
    tooltip: str


PLACES: Final = (
    Place(1, "home", "Home", "What needs you today"),
    Place(2, "folders", "Folders", "Folders and their rules"),
    Place(3, "submit", "Submit", "Submit a file"),
    Place(4, "activity", "Activity", "Activity Enquiry, with each SHA-256"),
    Place(5, "sftp_access", "SFTP access", "Keys and addresses"),
    Place(6, "users", "Users", "Users of your company"),
    Place(7, "approvals", "Approvals", "Change requests to check"),
    Place(8, "operator", "Operator", "The operator's own work"),
    Place(9, "help", "Help", "Questions and answers, faults, keys"),
)
BESIDES: Final = (
    Place(0, "client_connect", "Client Connect", "Profile, and the way back to ECP"),
    Place(0, "profile", "Profile", "Your account, authenticator and sessions"),
    Place(0, "inbox", "Inbox", "Submissions to collect"),
    Place(0, "board", "Board", "Who has filed, and who has not"),
    Place(0, "publish", "Publish", "Put files into download folders"),
    Place(0, "companies", "Companies", "Firms, their users and administrators"),
    Place(0, "calendar", "Calendar", "Trading days, holidays, closures, cut-offs"),
    Place(0, "catalogue", "Catalogue", "Folders, functions and their rules"),
    Place(0, "migration", "Migration", "Which folders have moved, and when the others do"),
    Place(0, "audit", "Audit log", "Everything that was done, with its place in the log"),
    Place(0, "forms", "Forms", "Apply for user types and administrators"),
    Place(0, "receipt_keys", "Receipt keys", "Who signs receipts, and the files that verify them"),
    Place(0, "mailbox", "Mailbox", "The mails that the demo sent"),
    Place(0, "demo", "Demo", "Sample files, and the lines for SFTP"),
)
"""Without a digit: reached from the menu, and from the pages that need them."""
BY_ID: Final = {place.id: place for place in (*PLACES, *BESIDES)}
OPEN: Final = frozenset({"help", "demo", "forms", "mailbox", "receipt_keys"})
"""Nobody needs to be signed in there."""
BUILT: Final = {
    "folders": "FoldersScreen",
    "submit": "SubmitScreen",
    "activity": "ActivityScreen",
    "sftp_access": "SftpAccessScreen",
    "users": "UsersScreen",
    "approvals": "ApprovalsScreen",
    "operator": "OperatorScreen",
    "inbox": "InboxScreen",
    "board": "BoardScreen",
    "publish": "PublishScreen",
    "companies": "CompaniesScreen",
    "calendar": "CalendarScreen",
    "catalogue": "CatalogueScreen",
    "migration": "MigrationScreen",
    "audit": "AuditScreen",
    "profile": "ProfileScreen",
    "forms": "FormsScreen",
    "receipt_keys": "ReceiptKeysScreen",
    "mailbox": "MailboxScreen",
    "help": "HelpScreen",
    "demo": "DemoScreen",
}
"""The places that are built, besides Home, and the first page of each."""
NEEDS_FUNCTIONS: Final = frozenset({"folders", "submit", "activity"})
STAFF: Final = frozenset({"operator", "companies", "inbox", "board", "publish", "catalogue"})
OF_OPERATORS: Final = STAFF - {"operator"} | {"calendar", "migration", "audit"}
"""What staff choose in Operator, and go back to it from."""
ADMINISTERS: Final = frozenset({"users", "approvals"})


def above(place: str, me: Me | None) -> str:
    """Where one step back leads from the first page of a place; empty: to where everybody begins."""
    return "operator" if place in OF_OPERATORS and not why_not("operator", me) else ""


def why_not(place: str, me: Me | None) -> str:
    """Why this account cannot enter the place; empty where it can."""
    if place in OPEN:
        return ""
    if me is None:
        return "sign in first"
    if place in NEEDS_FUNCTIONS and not me.enters_ecp:
        return "your account holds no ECP function for it (2000)"
    staff = me.kind in ("operator", "auditor")
    if place in ADMINISTERS and not (staff or me.services):
        return "for delegated administrators and operators (2002)"
    if place in STAFF and not staff:
        return "for the operator's own staff (2002)"
    return ""
