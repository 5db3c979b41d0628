"""Revising one's own change request: the form it came from, filled with what was asked for."""

from __future__ import annotations

from backend.contract.messages import (
    ChangeRequest,
    ChangeUser,
    CloseUser,
    CreateUser,
    GrantFunctions,
    LiftSuspension,
    Reinvite,
    ResetOtp,
    UnlockUser,
)
from ecp_tui.screens.ask import AskDialog
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.grant_form import GrantScreen
from ecp_tui.screens.proposal_form import Kept, Reviewing
from ecp_tui.screens.user_form import UserFormScreen

NOTED = CloseUser | UnlockUser | ResetOtp | Reinvite | LiftSuspension
"""Kinds that say nothing but about whom, and a note to the checker."""


def elsewhere(request: ChangeRequest) -> str:
    """Why a request is not revised here; empty where it is."""
    if request.kind in ("register-key", "register-address"):
        return "Keys and addresses are asked for in SFTP access (5): withdraw this one, then ask anew."
    if request.kind in ("apply-form", "close-company"):
        return "Forms are keyed in in Operator (8): withdraw this one, then key it in anew."
    return ""


def revise(page: EcpScreen, request: ChangeRequest, reviewing: Reviewing) -> None:
    """Opens its form."""
    asked, kept = request.proposal, Kept(request)
    if isinstance(asked, CreateUser | ChangeUser):
        page.open(UserFormScreen(request.company, reviewing, asked=asked, kept=kept))
    elif isinstance(asked, GrantFunctions) and request.company is not None:
        page.open(GrantScreen(request.company, reviewing, kept=kept, login_id=asked.login_id, asked=asked))
    elif isinstance(asked, NOTED):
        page.ask(_note(page, request, asked, reviewing), group="review")


async def _note(page: EcpScreen, request: ChangeRequest, asked: NOTED, reviewing: Reviewing) -> None:
    """All there is to revise is the note."""
    dialog = AskDialog(request.title, f"Now it says: “{asked.note}”", yes="Review", label="Note to the checker")
    if (note := await page.app.push_screen_wait(dialog)) is not None:
        proposal = asked.model_copy(update={"note": note})
        draft = await page.context.client.revise_request(request.id, request.rev, proposal, submit=False)
        reviewing(draft, 0)
