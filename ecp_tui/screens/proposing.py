"""What pages from which operators propose something share: the review, and why somebody proposes nothing."""

from __future__ import annotations

from backend.contract.messages import ChangeRequest
from ecp_tui.screens.approval import ApprovalScreen
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.proposal_form import Reviewing


def reviewed(page: EcpScreen) -> Reviewing:
    """Shows the draft on top of its form, which was opened from this page."""

    def review(request: ChangeRequest, pages: int) -> None:
        page.open(ApprovalScreen(request, over=pages))

    return review


def why_not_propose(page: EcpScreen) -> str:
    """Why whoever looks proposes nothing; empty for operators."""
    me = page.context.me
    if me is None or me.kind not in ("operator", "auditor"):
        return "Operators decide it, in pairs (2002)."
    return "" if me.kind == "operator" else "Auditors only look: operators propose it."
