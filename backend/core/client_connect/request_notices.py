"""Who is told by mail about a change request: whoever can check it, then its maker and the one it is about."""

from __future__ import annotations

from datetime import datetime
from typing import Final

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
            self._mailer.notice(unit, checker, words, now)

    def decided(self, unit: Unit, checker: Actor, request: StoredRequest, now: datetime) -> None:
        """Its maker hears what became of it; what was applied, the one it is about as well."""
        if request.state not in _WORDS:
            return
        words = (
            f"Change request {request.id}, {_title(request)}, was {_WORDS[request.state]} by {checker.account.name}."
        )
        if request.reason:
            words += f' The reason: "{request.reason}".'
        maker, subject = unit.account_by_id(request.maker_id), People(unit).subject(request)
        told = {one.id: one for one in (maker, subject) if one is not None and one.state == "active"}
        for account in told.values():
            if account is maker or request.state == "applied":
                self._mailer.notice(unit, account, words, now)


def _title(request: StoredRequest) -> str:
    title = title_of(proposal_of(request), request.subject)
    return f"{title[:1].lower()}{title[1:]}"
