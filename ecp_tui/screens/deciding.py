"""Deciding a change request: a question first, the One-Time-Password where the server wants it, then the act."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from backend.contract.faults import CONFIRM_WITH_OTP, Refused
from backend.contract.messages import ChangeRequest, RequestAct
from ecp_tui.request_wording import DECIDING, follows
from ecp_tui.screens.ask import AskDialog, confirmed
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog

_END: Final = 8


async def approve(page: EcpScreen, request: ChangeRequest) -> ChangeRequest | None:
    """The request as applied; `None` where the person thinks better of it."""
    end = await _sure(page, request)
    if end is None:
        return None
    try:
        return await page.context.client.approve(request, end)
    except Refused as refused:
        if refused.fault is not CONFIRM_WITH_OTP:
            raise
        if not await confirmed(page, refused):
            return None
    return await page.context.client.approve(request, end)


async def _sure(page: EcpScreen, request: ChangeRequest) -> str | None:
    """The end of the fingerprint where it takes one, else nothing but the answer."""
    if request.needs_fingerprint:
        words = Content.assemble(
            f"Type the last {_END} characters of the key's fingerprint, ",
            ("got from its owner, not from this screen", "bold"),
            f". Ask whoever owns the key of {request.subject}, by telephone for example.",
        )
        end: str | None = await page.app.push_screen_wait(
            AskDialog(
                f"Approve request {request.id}?",
                words,
                yes="Approve and apply",
                label=f"Last {_END} characters",
                max_length=100,
            )
        )
        return end
    words = Content.assemble((request.title, "bold"), f"\n{follows(request)}")
    sure = await page.app.push_screen_wait(
        ConfirmDialog(f"Approve request {request.id}?", words, yes="Approve and apply")
    )
    return "" if sure else None


async def decide(page: EcpScreen, request: ChangeRequest, act: RequestAct) -> ChangeRequest | None:
    """Rejects, returns or withdraws; a reason is needed for the first two, for the maker reads it."""
    title, words, yes = DECIDING[act]
    reason = await page.app.push_screen_wait(
        AskDialog(
            title.format(id=request.id),
            Content.assemble((request.title, "bold"), f"\n{words}"),
            yes=yes,
            label="Reason" if act != "withdraw" else "Reason, if there is one to give",
            needed=act != "withdraw",
        )
    )
    return None if reason is None else await page.context.client.decide(request, act, reason)
