"""What can be done about an account: each act with its words, why it cannot be done now, and doing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from backend.contract.messages import (
    CloseUser,
    LiftSuspension,
    Me,
    Proposal,
    Reinvite,
    ResetOtp,
    UnlockUser,
    User,
    UserPage,
)
from ecp_tui.screens.ask import AskDialog
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog


@dataclass(frozen=True, slots=True)
class UserAct:
    """One act; `kind` is the change request it makes, or `suspend`."""

    kind: str
    name: str
    words: str
    """What it comes to."""


ACTS: Final = (
    UserAct("change-user", "Change", "Name, e-mail and telephone, by maker and checker."),
    UserAct("grant-functions", "Functions", "ECP functions and identities, by maker and checker."),
    UserAct("unlock-user", "Unlock", "Lifts the lock that wrong sign-ins set, by maker and checker."),
    UserAct("reset-otp", "Reset OTP", "The authenticator is gone: a mail leads to enrolling a new one."),
    UserAct("reinvite", "Invite again", "A new invitation by mail, good for 72 hours."),
    UserAct("suspend", "Suspend", "At once, by you alone: sessions and SFTP end within a second."),
    UserAct("lift-suspension", "Lift suspension", "The account is as before, by maker and checker."),
    UserAct("close-user", "Close", "For good: keys are revoked, and a place is free again."),
)
BY_KIND: Final = {act.kind: act for act in ACTS}
SHORT: Final[dict[str, Callable[[str, str], Proposal]]] = {
    "close-user": lambda login_id, note: CloseUser(login_id=login_id, note=note),
    "unlock-user": lambda login_id, note: UnlockUser(login_id=login_id, note=note),
    "reset-otp": lambda login_id, note: ResetOtp(login_id=login_id, note=note),
    "reinvite": lambda login_id, note: Reinvite(login_id=login_id, note=note),
    "lift-suspension": lambda login_id, note: LiftSuspension(login_id=login_id, note=note),
}
"""Acts that say nothing but about whom, and a note to the checker."""


def why_not(kind: str, page: UserPage, me: Me) -> str:
    """Why it cannot be done now; empty where it can."""
    if kind in page.may:
        return ""
    user = page.user
    if user.state == "closed":
        return "The account is closed: nothing changes it any more."
    if me.kind == "auditor":
        return "Auditors look and change nothing (2002)."
    return _why_in_this_state(kind, user) or _why_this_role(kind, user, me)


def _why_in_this_state(kind: str, user: User) -> str:
    if kind == "unlock-user" and not user.locked:
        return "It is not locked."
    if kind == "reinvite" and user.state != "invited":
        return "Its invitation was used: there is nothing to invite it to."
    if kind == "lift-suspension" and user.state != "suspended":
        return "It is not suspended."
    if kind == "suspend" and user.state == "suspended":
        return "It is suspended already."
    if user.state == "invited":
        return "It has not used its invitation yet."
    return ""


def _why_this_role(kind: str, user: User, me: Me) -> str:
    if kind == "lift-suspension" and user.suspended_by == "operator":
        return "Operators suspended it: they alone lift it (2002)."
    if kind == "suspend" and user.login_id == me.login_id:
        return "Nobody suspends themselves."
    if user.kind == "da" and kind in ("change-user", "close-user"):
        return "Delegated administrators are appointed and removed by form (2002)."
    if user.kind == "da" and me.kind == "da":
        return "For delegated administrators, operators do this (2002)."
    if user.company is not None and me.company is None:
        return "Its company's delegated administrators do this (2002)."
    return "Your role does not allow it (2002)."


async def propose(page: EcpScreen, user: User, kind: str) -> Proposal | None:
    """Asks for a note to the checker; `None` where the person thinks better of it."""
    act = BY_KIND[kind]
    note = await page.app.push_screen_wait(
        AskDialog(
            f"{act.name}: {user.login_id} {user.name}?",
            f"{act.words} Nothing happens before somebody else approves it.",
            yes="Review",
            label="Note to the checker, if there is one",
            needed=False,
        )
    )
    return None if note is None else SHORT[kind](user.login_id, note)


async def suspend(page: EcpScreen, user: User) -> bool:
    """By one person, at once; the reason first, and then a question whose safe answer has the focus."""
    reason = await page.app.push_screen_wait(
        AskDialog(
            f"Why is {user.login_id} to be suspended?",
            "The reason stands in the history of the account.",
            yes="Go on",
            label="Reason",
        )
    )
    if reason is None:
        return False
    words = Content.assemble(
        (f"{user.login_id} {user.name}", "bold"),
        "\nSessions and SFTP connections end within a second, and nobody signs in. "
        "It takes two people to lift a suspension.",
    )
    dialog = ConfirmDialog("Suspend this account?", words, yes=f"Suspend {user.login_id} now")
    if not await page.app.push_screen_wait(dialog):
        return False
    await page.context.client.suspend(user.login_id, reason)
    return True
