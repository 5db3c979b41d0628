"""What each kind of change request is called."""

from __future__ import annotations

from typing import Final

from backend.contract.messages import ApplyForm, CreateUser, Proposal
from backend.contract.rules.forms import SERVICE_NAMES
from backend.contract.rules.shown import shown

_TITLES: Final = {
    "create-user": "Create user {subject}",
    "change-user": "Change details of {subject}",
    "grant-functions": "Change functions of {subject}",
    "close-user": "Close account {subject}",
    "unlock-user": "Unlock {subject}",
    "reset-otp": "Reset One-Time-Password of {subject}",
    "reinvite": "Invite {subject} again",
    "lift-suspension": "Lift suspension of {subject}",
    "register-key": "Register SFTP key of {subject}",
    "register-address": "Register address of {subject}",
    "apply-form": "Apply {which} form of {subject}",
    "close-company": "Close company {subject}",
    "set-holidays": "Set holidays of {subject}",
    "close-market": "Close the market on {subject}",
    "extend-cut-off": "Extend cut-off of {subject}",
    "exempt": "Exempt identities from {subject}",
    "plan-batch": "Plan migration batch {subject}",
    "decommission": "Decommission the existing ECP",
    "change-folder": "Change folder {subject}",
    "change-function": "Change function {subject}",
    "accept-loss": "Accept the loss of entries",
}
_STAFF: Final = {"operator": "Appoint operator {subject}", "auditor": "Appoint auditor {subject}"}


def title_of(proposal: Proposal, subject: str) -> str:
    """In words, its subject included: "Create user KWOK03"."""
    title = _TITLES[proposal.kind]
    if isinstance(proposal, CreateUser):
        title = _STAFF.get(proposal.account_kind, title)
    which = SERVICE_NAMES[proposal.form.service] if isinstance(proposal, ApplyForm) else ""
    return title.format(subject=shown(subject, 40), which=which)
