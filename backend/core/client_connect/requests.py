"""Change requests: a maker proposes, another person sees exactly that and approves it, and approving is applying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from backend.contract.faults import (
    CHANGED_SINCE,
    NOT_ALLOWED,
    NOT_FOUND,
    NOT_UNDERSTOOD,
    SESSION_ENDED,
    SUSPENDED,
    Refused,
)
from backend.contract.messages import (
    Approval,
    ChangeRequest,
    Decision,
    NewRequest,
    Proposal,
    RequestKind,
    Revision,
)
from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.client_connect.changes import Change, Plan
from backend.core.client_connect.changes.digest import digest_of
from backend.core.client_connect.confirmation import refuse_unconfirmed
from backend.core.client_connect.ports.requests import StoredRequest
from backend.core.client_connect.request_notices import RequestNotices
from backend.core.client_connect.request_people import grants_too, proposal_of
from backend.core.client_connect.request_rules import (
    LIFE,
    new_request,
    refuse_checker,
    refuse_closed,
    refuse_flood,
    refuse_other_key,
    seen,
)
from backend.core.client_connect.request_views import RequestViews
from backend.core.client_connect.standing import actor_for, as_of_now
from backend.core.gate import refuse_inactive, refuse_to_make, refuse_to_propose
from backend.core.ports import Clock, Store
from backend.core.rows import Rows, Unit

_VOIDING: Final = (NOT_FOUND, NOT_ALLOWED, NOT_UNDERSTOOD, SESSION_ENDED, SUSPENDED)
"""What no time will mend: then the request is void."""
_DONE: Final = {"reject": "rejected", "return": "returned", "withdraw": "withdrawn"}


class ChangeRequests:
    """Every transition is one unit, and leaves one entry."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ledger: Ledger,
        notices: RequestNotices,
        changes: Mapping[RequestKind, Change[Any]],
        cursor_key: bytes,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._notices = notices
        self._changes = changes
        self.views = RequestViews(store, clock, self._plan, cursor_key)

    def make(self, actor: Actor, new: NewRequest) -> ChangeRequest:
        """Submits a proposal, or keeps it as a draft."""

        def unit(unit: Unit) -> StoredRequest:
            now, maker = self._clock.now(), as_of_now(unit, actor)
            refuse_flood(unit, maker, now)
            plan = self._made(unit, maker, new.proposal, now)
            first = new_request(plan, new.proposal, maker, 1, now, submit=new.submit)
            request = replace(first, id=unit.add_request(first))
            self._record(unit, "requested" if new.submit else "drafted", maker, request, now, new.proposal.note)
            if new.submit:
                self._notices.made(unit, maker.account, request, now)
            return request

        return self.views.shown(actor, self._store.write(unit))

    def revise(self, actor: Actor, request_id: int, revision: Revision) -> ChangeRequest:
        """The maker says it in other words: the next revision, in place of the one before."""

        def unit(unit: Unit) -> StoredRequest:
            now, maker = self._clock.now(), as_of_now(unit, actor)
            before = seen(unit, maker, request_id)
            if before.maker_id != maker.account.id:
                raise Refused(NOT_ALLOWED, what="Only its maker revises a request.")
            refuse_closed(before, now)
            if before.rev != revision.rev:
                raise Refused(CHANGED_SINCE, what=f"It is at revision {before.rev} by now.")
            plan = self._made(unit, maker, revision.proposal, now)
            if (plan.subject, revision.proposal.kind) != (before.subject, before.kind):
                raise Refused(NOT_UNDERSTOOD, what="A revision is of the same kind and about the same subject.")
            asked = before.state == "draft" and revision.submit  # what is asked for first is no revision of anything
            later = new_request(plan, revision.proposal, maker, before.rev + 1, now, submit=revision.submit)
            request = replace(later, id=before.id)
            if not unit.revise_request(request, before.rev):
                raise Refused(CHANGED_SINCE, what="It was decided meanwhile.")
            self._record(unit, "requested" if asked else "revised", maker, request, now, revision.proposal.note)
            if revision.submit:
                self._notices.made(unit, maker.account, request, now)
            return request

        return self.views.shown(actor, self._store.write(unit))

    def approve(self, actor: Actor, request_id: int, approval: Approval) -> ChangeRequest:
        """Applies exactly what was shown, in one transaction, or nothing."""

        def unit(unit: Unit) -> StoredRequest | Refused:
            now, checker = self._clock.now(), as_of_now(unit, actor)
            request = seen(unit, checker, request_id)
            refuse_closed(request, now, for_checking=True)
            if (request.rev, request.digest) != (approval.rev, approval.digest):
                raise Refused(CHANGED_SINCE, what=f"It is at revision {request.rev} by now, and says something else.")
            refuse_checker(unit, checker, request)
            refuse_unconfirmed(checker, now)
            stood = self._as_it_stood(unit, request, now)
            if isinstance(stood, Refused):
                unit.decide_request(request.id, request.rev, "void", None, now, stood.what)
                self._record(unit, "voided", checker, request, now, fault=stood.number)
                return stood
            refuse_other_key(stood, approval.fingerprint_end)
            applied = self._decided(unit, checker, request, "applied", now, what=stood.object)
            if self._changes[request.kind].apply(unit, proposal_of(request), stood, now):
                unit.bump_access_epoch()
                for orphan in unit.void_orphans(now):
                    self._record(unit, "voided", checker, orphan, now)
            return applied

        return self.views.shown(actor, self._store.write(unit))

    def decide(self, actor: Actor, request_id: int, act: str, decision: Decision) -> ChangeRequest:
        """Rejects or returns it, as a checker; withdraws it, as its maker."""

        def unit(unit: Unit) -> StoredRequest:
            now, who = self._clock.now(), as_of_now(unit, actor)
            request = seen(unit, who, request_id)
            refuse_closed(request, now, for_checking=act != "withdraw")
            if request.rev != decision.rev:
                raise Refused(CHANGED_SINCE, what=f"It is at revision {request.rev} by now.")
            if act != "withdraw":
                refuse_checker(unit, who, request)
                if not decision.reason:
                    raise Refused(NOT_UNDERSTOOD, what="A reason is needed: its maker reads it.")
            elif request.maker_id != who.account.id:
                raise Refused(NOT_ALLOWED, what="Only its maker withdraws a request.")
            return self._decided(unit, who, request, _DONE[act], now, decision.reason)

        return self.views.shown(actor, self._store.write(unit))

    def possible(self, rows: Rows, actor: Actor, proposal: Proposal) -> bool:
        """Whether the actor might propose this now."""
        try:
            self._made(rows, actor, proposal, self._clock.now())
        except Refused:
            return False
        return True

    def expire(self) -> int:
        """Marks what nobody decided within a week; returns how many."""

        def unit(unit: Unit) -> int:
            now = self._clock.now()
            over = unit.expire_requests(now)
            for request in over:
                self._record(unit, "expired", None, request, now)
            return len(over)

        return self._store.write(unit)

    # ── parts of the units ───────────────────────────────────────────────────────────────────────────────────

    def _made(self, rows: Rows, maker: Actor, proposal: Proposal, now: datetime) -> Plan:
        refuse_inactive(maker.account)
        refuse_to_propose(maker, proposal.kind, getattr(proposal, "login_id", ""))
        plan = self._plan(rows, maker.company, proposal, now)
        refuse_to_make(maker, proposal.kind, plan.side, plan.subject, grants=grants_too(proposal))
        return plan

    def _plan(self, rows: Rows, company: str | None, proposal: Proposal, now: datetime) -> Plan:
        return self._changes[proposal.kind].plan(rows, company, proposal, now)

    def _as_it_stood(self, unit: Unit, request: StoredRequest, now: datetime) -> Plan | Refused:
        """The plan as of now if it is what was shown and its maker might still make it; else why it is void."""
        proposal = proposal_of(request)
        try:
            maker = actor_for(unit, request.maker_id, "console", "-")
            plan = self._made(unit, maker, proposal, now)
        except Refused as refused:
            if refused.fault not in _VOIDING:
                raise  # a seat or an e-mail address may become free again
            words = refused.what if refused.fault is NOT_UNDERSTOOD else "Its maker or its subject is not what it was."
            return Refused(CHANGED_SINCE, what=f"{words} It is void now.")
        if digest_of(plan, proposal, request.rev) != request.digest:
            return Refused(CHANGED_SINCE, what=f"{plan.subject} has changed since it was made; it is void now.")
        return plan

    def _decided(
        self,
        unit: Unit,
        who: Actor,
        request: StoredRequest,
        state: Any,
        now: datetime,
        reason: str = "",
        what: str = "",
    ) -> StoredRequest:
        expires = now + LIFE if state == "returned" else None
        if not unit.decide_request(request.id, request.rev, state, who.account.id, now, reason, expires):
            raise Refused(CHANGED_SINCE, what="It was decided meanwhile.")
        self._record(unit, state, who, request, now, reason, what=what)
        decided = replace(request, state=state, checker_id=who.account.id, decided=now, reason=reason)
        self._notices.decided(unit, who, decided, now)
        return decided

    def _record(
        self,
        unit: Unit,
        act: str,
        who: Actor | None,
        request: StoredRequest,
        now: datetime,
        note: str = "",
        fault: int | None = None,
        what: str = "",
    ) -> None:
        self._ledger.record(
            unit,
            f"request-{act}",
            now,
            who.channel if who else "server",
            company=request.company,
            login_id=who.login_id if who else None,
            subject=request.subject,
            object=what or None,
            request=request.id,
            kind=request.kind,
            revision=request.rev,
            digest=request.digest,
            fault=fault,
            source=who.source if who else None,
            note=note or None,
        )
