"""Change requests as they are shown: what each says, and what the one who asks may do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, Refused
from backend.contract.messages import (
    REQUEST_KINDS,
    ChangeRequest,
    CreateUser,
    Line,
    Person,
    Proposal,
    RequestAct,
    RequestKind,
    RequestPage,
    RequestState,
)
from backend.core.accounts import Account
from backend.core.actor import Actor
from backend.core.client_connect.changes import Plan
from backend.core.client_connect.changes.titles import title_of
from backend.core.client_connect.ports.requests import StoredRequest
from backend.core.client_connect.request_people import (
    LARGEST_PAGE,
    People,
    checkers_of,
    proposal_of,
    state_of,
    why_not,
)
from backend.core.gate import request_scope, sees_request
from backend.core.page_marks import PageMarks
from backend.core.ports import Clock, Store
from backend.core.rows import Rows

OPEN: Final[tuple[RequestState, ...]] = ("draft", "submitted", "returned")
_STATES: Final[tuple[RequestState, ...]] = (*OPEN, "applied", "rejected", "withdrawn", "expired", "void")
_FINGERPRINT: Final = "SHA256:"
_HIDDEN: Final = "········"
Planner = Callable[[Rows, str | None, Proposal, datetime], Plan]


class RequestViews:
    """Reads only."""

    def __init__(self, store: Store, clock: Clock, plan: Planner, cursor_key: bytes) -> None:
        self._store = store
        self._clock = clock
        self._plan = plan
        self._marks = PageMarks(cursor_key)

    def page(
        self,
        actor: Actor,
        state: str | None = None,
        kind: str | None = None,
        company: str | None = None,
        cursor: str | None = None,
    ) -> RequestPage:
        """Open ones first, then newest first. 9002 for a cursor of another list."""
        bound = "requests", actor.login_id, repr((state, kind, company))
        after = _place(self._marks.opened(cursor, *bound)) if cursor is not None else None
        states = OPEN if state == "open" else tuple(one for one in _STATES if state in (None, one))
        kinds = tuple(one for one in REQUEST_KINDS if kind in (None, one))
        if not states or not kinds:
            raise Refused(NOT_UNDERSTOOD, what="There is no such state or kind of change requests.")
        with self._store.reading() as rows:
            scope = request_scope(actor)
            if company is not None and scope.company not in (None, company):
                raise Refused(NOT_FOUND)
            scope = replace(scope, company=company or scope.company)
            found = rows.change_requests(scope, states=states, kinds=kinds, after=after, limit=LARGEST_PAGE + 1)
            people = People(rows)
            items = tuple(self._view(people, actor, one, named=False) for one in found[:LARGEST_PAGE])
        more = len(found) > LARGEST_PAGE
        mark = self._marks.sealed(_mark(found[LARGEST_PAGE - 1]), *bound) if more else None
        return RequestPage(items=items, waiting=_waiting(items), more=more, cursor=mark)

    def about(
        self, rows: Rows, actor: Actor, account: Account, kinds: tuple[RequestKind, ...] | None = None, limit: int = 20
    ) -> tuple[ChangeRequest, ...]:
        """Those about one account, as far as the actor sees them; of these kinds, or of all."""
        found = rows.change_requests(request_scope(actor), kinds=kinds, about=account, limit=limit)
        people = People(rows)
        return tuple(self._view(people, actor, one) for one in found)

    def one(self, actor: Actor, request_id: int) -> ChangeRequest:
        with self._store.reading() as rows:
            request = rows.change_request(request_id)
            if request is None or not sees_request(actor, request):
                raise Refused(NOT_FOUND)
            return self._view(People(rows), actor, request, closely=True)

    def shown(self, actor: Actor, request: StoredRequest) -> ChangeRequest:
        """What was just made or decided, as its actor sees it."""
        with self._store.reading() as rows:
            return self._view(People(rows), actor, request)

    def _view(
        self, people: People, actor: Actor, request: StoredRequest, *, closely: bool = False, named: bool = True
    ) -> ChangeRequest:
        maker, checker = people.of(request.maker_id), people.of(request.checker_id)
        now = self._clock.now()
        state = state_of(request, now)
        refused = why_not(people, actor, request, now)
        proposal = proposal_of(request)
        stale = closely and state == "submitted" and self._is_stale(people.rows, maker, request, proposal)
        fingerprint = next((line.after for line in request.lines if line.after.startswith(_FINGERPRINT)), "")
        hide = request.kind == "register-key" and state in OPEN and request.maker_id != actor.account.id
        subject = people.subject(request)
        return ChangeRequest(
            id=request.id,
            kind=request.kind,
            title=title_of(proposal, request.subject),
            side=request.side,
            company=request.company,
            company_name=people.company(request.company),
            subject=request.subject,
            subject_name=subject.name if subject else _proposed_name(proposal),
            state=state,
            rev=request.rev,
            digest=request.digest,
            lines=tuple(_hidden(line, fingerprint) for line in request.lines) if hide else request.lines,
            note=proposal.note,
            maker=maker.login_id if maker else "-",
            maker_name=maker.name if maker else "-",
            made=request.made,
            expires=request.expires,
            checker=checker.login_id if checker else None,
            checker_name=checker.name if checker else None,
            decided=request.decided,
            reason=request.reason,
            acts=_acts(actor, request, state, may_check=refused is None),
            why_not=refused.what if refused is not None and state == "submitted" else "",
            checkers=_named(people.rows, maker, request) if named and state in OPEN else (),
            needs_fingerprint=request.kind == "register-key",
            stale=stale,
            proposal=proposal.model_copy(update={"public_key": ""}) if hide else proposal,
        )

    def _is_stale(self, rows: Rows, maker: Account | None, request: StoredRequest, proposal: Proposal) -> bool:
        """Whether its subject has changed since."""
        try:
            plan = self._plan(rows, maker.company if maker else None, proposal, self._clock.now())
        except Refused:
            return True
        return plan.lines != request.lines


def _acts(actor: Actor, request: StoredRequest, state: RequestState, *, may_check: bool) -> tuple[RequestAct, ...]:
    mine = request.maker_id == actor.account.id
    if mine and state in OPEN:
        return ("revise", "withdraw")
    return ("approve", "reject", "return") if may_check and state == "submitted" else ()


def _mark(request: StoredRequest) -> int:
    """Its place in the list as one number: open ones stand before all others."""
    return 2 * request.id + (request.state not in OPEN)


def _place(mark: int) -> tuple[bool, int]:
    return mark % 2 == 0, mark // 2


def _waiting(items: tuple[ChangeRequest, ...]) -> int:
    return sum("approve" in item.acts for item in items)


def _hidden(line: Line, fingerprint: str) -> Line:
    if not fingerprint or fingerprint not in line.after:
        return line
    return line.model_copy(update={"after": line.after.replace(fingerprint, fingerprint[: -len(_HIDDEN)] + _HIDDEN)})


def _proposed_name(proposal: Proposal) -> str:
    return proposal.name if isinstance(proposal, CreateUser) else ""


def _named(rows: Rows, maker: Account | None, request: StoredRequest) -> tuple[Person, ...]:
    found = checkers_of(rows, maker, request) if maker is not None else []
    return tuple(Person(login_id=one.login_id, name=one.name, services=one.services) for one in found)
