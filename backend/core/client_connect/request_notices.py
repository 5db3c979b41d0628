"""Who is told by mail about a change request: whoever can check it, then its maker and the one it is about."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from backend.contract.messages import ApplyForm
from backend.core.accounts import Account
from backend.core.actor import Actor
from backend.core.client_connect.changes.titles import title_of
from backend.core.client_connect.mails import Mailer
from backend.core.client_connect.ports.requests import StoredRequest
from backend.core.client_connect.request_people import People, checkers_of, proposal_of
from backend.core.rows import Unit

_WORDS: Final = {"applied": "approved and applied", "rejected": "rejected", "returned": "returned to its maker"}


class RequestNotices:
    """Queues in the unit of the act itself."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def made(self, unit: Unit, maker: Account, request: StoredRequest, now: datetime) -> None:
        """It waits: everybody who may approve it hears of it."""
        words = (
            f"{maker.name} ({maker.login_id}) made change request {request.id}: {_title(request)}. "
            "It waits for you in Approvals, place 7 of the console, for 7 days."
        )
        for checker in checkers_of(unit, maker, request):
            self._mailer.notice(unit, checker, f"change request {request.id} waits for you", words, now)

    def decided(self, unit: Unit, checker: Actor, request: StoredRequest, now: datetime) -> None:
        """Its maker hears what became of it; what was applied, those it is about as well.

        Called before it is applied: of another e-mail address the one before hears.
        """
        if request.state not in _WORDS:
            return
        words = (
            f"Change request {request.id}, {_title(request)}, was {_WORDS[request.state]} by {checker.account.name}."
        )
        if request.reason:
            words += f' The reason: "{request.reason}".'
        told = [unit.account_by_id(request.maker_id)]
        if request.state == "applied":
            told.append(People(unit).subject(request))
        for account in {one.id: one for one in told if one is not None and one.state == "active"}.values():
            self._mailer.notice(unit, account, f"change request {request.id} was {request.state}", words, now)
        if request.state == "applied":
            self._form_applied(unit, request, now)

    def _form_applied(self, unit: Unit, request: StoredRequest, now: datetime) -> None:
        """Every administrator on it hears of a form, and what it changes."""
        proposal = proposal_of(request)
        if not isinstance(proposal, ApplyForm):
            return
        changes = "; ".join(line.label for line in request.lines if line.before or line.weighs)
        words = (
            f"A form of your company was applied, as change request {request.id}. It changes: {changes}. "
            "If nobody at your company signed it, ask the operator at once."
        )
        for one in proposal.form.administrators:
            account = unit.account(one.login_id)
            if account is not None and account.company == proposal.form.company and account.state != "closed":
                self._mailer.notice(unit, account, "a form of your company was applied", words, now)


def _title(request: StoredRequest) -> str:
    title = title_of(proposal_of(request), request.subject)
    return f"{title[:1].lower()}{title[1:]}"
