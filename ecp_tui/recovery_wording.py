"""Words about recovery: what a code from a mail is for, what it brought, and what to do while no mail comes."""

from __future__ import annotations

from typing import Final

from backend.contract.messages import Landing, Purpose

NEW: Final[frozenset[Purpose]] = frozenset({"reset", "invitation"})
"""What a new password is chosen for."""
ENROLS: Final[frozenset[Purpose]] = frozenset({"invitation", "enrolment"})
"""What ends in a new authenticator."""
SAID: Final[dict[Purpose, str]] = {
    "reset": "The new password stands; all open sessions of the account ended.",
    "unlock": "The account is unlocked.",
}
MEANT: Final[dict[Purpose, str]] = {
    "reset": "sets a new password",
    "unlock": "unlocks the account",
    "invitation": "takes up the invitation",
    "enrolment": "sets up a new authenticator",
}


def asked_lines(landing: Landing) -> list[str]:
    """The answer to whoever asked for a mail, the same whatever is true, and the FAQ's advice (Q18, Q19)."""
    return [
        "If login ID and phone belong together, a mail is on its way.",
        f"  sender   {landing.mail_sender}",
        f"  subject  {landing.mail_subject}",
        "No mail? Look in the junk and phishing filters for it, and ask your IT",
        "department to release it. The phone is the registered one: a delegated",
        "administrator's stands in the application form, a business user's is known to",
        "the company's delegated administrators. Mails may lag, and only the newest",
        "works: wait a few minutes before asking again. Then paste the whole code:",
    ]
