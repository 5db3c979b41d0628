"""Revising one's own change request: the form it came from, filled with what was asked for."""

from __future__ import annotations

from backend.contract.messages import (
    ChangeFolder,
    ChangeFunction,
    ChangeRequest,
    ChangeUser,
    CloseMarket,
    CloseUser,
    CreateUser,
    Decommission,
    Exempt,
    ExtendCutOff,
    GrantFunctions,
    LiftSuspension,
    PlanBatch,
    Reinvite,
    ResetOtp,
    SetHolidays,
    UnlockUser,
)
from ecp_tui.screens.ask import AskDialog
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.calendar_forms import CloseForm, HolidaysForm, holidays_of
from ecp_tui.screens.deadline_forms import ExemptForm, ExtendForm
from ecp_tui.screens.grant_form import GrantScreen
from ecp_tui.screens.migration_form import PlanForm
from ecp_tui.screens.proposal_form import Kept, Reviewing
from ecp_tui.screens.rule_form import Draft
from ecp_tui.screens.rule_pages import as_text
from ecp_tui.screens.user_form import UserFormScreen

NOTED = CloseUser | UnlockUser | ResetOtp | Reinvite | LiftSuspension | Decommission
"""Kinds that say nothing but about whom, and a note to the checker."""


def elsewhere(request: ChangeRequest) -> str:
    """Why a request is not revised here; empty where it is."""
    if request.kind in ("register-key", "register-address"):
        return "Keys and addresses are asked for in SFTP access (5): withdraw this one, then ask anew."
    if request.kind == "accept-loss":
        return "A loss is proposed at Home (1), as it is by then: withdraw this one, then propose it anew."
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
    elif isinstance(asked, ExtendCutOff):
        page.open(ExtendForm(reviewing, asked.folder, asked.input_date, None, asked=asked, kept=kept))
    elif isinstance(asked, Exempt):
        page.open(ExemptForm(reviewing, asked.folder, asked.input_date, asked=asked, kept=kept))
    elif isinstance(asked, CloseMarket):
        page.open(CloseForm(reviewing, asked.day, asked=asked, kept=kept))
    elif isinstance(asked, SetHolidays):
        page.ask(_holidays(page, asked, kept, reviewing), group="review")
    elif isinstance(asked, PlanBatch):
        page.open(PlanForm(reviewing, asked.batch, asked.folders, asked.at, note=asked.note, kept=kept))
    elif isinstance(asked, ChangeFolder | ChangeFunction):
        page.ask(_rule(page, asked, kept, reviewing), group="review")
    elif isinstance(asked, NOTED):
        page.ask(_note(page, request, asked, reviewing), group="review")


async def _holidays(page: EcpScreen, asked: SetHolidays, kept: Kept, reviewing: Reviewing) -> None:
    """The list as it is now stands beside what was asked for."""
    year = await page.context.client.trading_year(asked.year)
    page.open(HolidaysForm(reviewing, asked.year, holidays_of(year), asked=asked, kept=kept))


async def _rule(page: EcpScreen, asked: ChangeFolder | ChangeFunction, kept: Kept, reviewing: Reviewing) -> None:
    """The rule as it was asked for; what it would change is told beside the one that stands."""
    catalogue = await page.context.client.catalogue()
    if isinstance(asked, ChangeFolder):
        stands = next((one.rule for one in catalogue.folders if one.folder == asked.folder), "")
        draft = Draft("folder", asked.folder, asked.rule, stands, asked.note, kept)
    else:
        stands = next((one.rule for one in catalogue.functions if one.function == asked.function), "")
        draft = Draft("function", asked.function, asked.rule, stands, asked.note, kept)
    page.open(as_text(draft, reviewing))


async def _note(page: EcpScreen, request: ChangeRequest, asked: NOTED, reviewing: Reviewing) -> None:
    """All there is to revise is the note."""
    dialog = AskDialog(request.title, f"Now it says: “{asked.note}”", yes="Review", label="Note to the checker")
    if (note := await page.app.push_screen_wait(dialog)) is not None:
        proposal = asked.model_copy(update={"note": note})
        draft = await page.context.client.revise_request(request.id, request.rev, proposal, submit=False)
        reviewing(draft, 0)
