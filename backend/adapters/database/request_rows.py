"""Change requests as they are kept, in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, insert, or_, select, update

from backend.adapters.database import tables
from backend.contract.messages import Line, RequestKind, RequestState
from backend.core.accounts import Account
from backend.core.client_connect.ports.requests import NOT_OF_ACCOUNTS, RequestScope, StoredRequest

_requests: Final = tables.change_requests
_OPEN: Final = ("draft", "submitted", "returned")


class RequestRows:
    _connection: Connection

    def change_request(self, request_id: int) -> StoredRequest | None:
        row = self._connection.execute(select(_requests).where(_requests.c.id == request_id)).one_or_none()
        return None if row is None else _stored(row)

    def change_requests(
        self,
        scope: RequestScope,
        *,
        states: tuple[RequestState, ...] | None = None,
        kinds: tuple[RequestKind, ...] | None = None,
        about: Account | None = None,
        after: tuple[bool, int] | None = None,
        limit: int = 200,
    ) -> list[StoredRequest]:
        wanted = _in_scope(scope)
        if states is not None:
            wanted.append(_requests.c.state.in_(states))
        if kinds is not None:
            wanted.append(_requests.c.kind.in_(kinds))
        if about is not None:
            wanted += [_requests.c.subject == about.login_id, _about_an_account(about.company)]
        if after is not None:
            wanted.append(_behind(*after))
        order = (case((_requests.c.state.in_(_OPEN), 0), else_=1), _requests.c.id.desc())
        found = self._connection.execute(select(_requests).where(*wanted).order_by(*order).limit(limit))
        return [_stored(row) for row in found]

    def open_requests(self, maker_id: int) -> int:
        mine = select(func.count()).where(_requests.c.maker_id == maker_id, _requests.c.state.in_(_OPEN))
        return int(self._connection.execute(mine).scalar_one())

    def requests_made(self, maker_id: int, since: datetime) -> int:
        mine = select(func.count()).where(_requests.c.maker_id == maker_id, _requests.c.made > since)
        return int(self._connection.execute(mine).scalar_one())


class RequestUnit:
    _connection: Connection

    def add_request(self, new: StoredRequest) -> int:
        added = self._connection.execute(insert(_requests).values(**_values(new)).returning(_requests.c.id))
        return int(added.scalar_one())

    def revise_request(self, request: StoredRequest, before: int) -> bool:
        open_one = and_(_requests.c.id == request.id, _requests.c.rev == before, _requests.c.state.in_(_OPEN))
        return self._connection.execute(update(_requests).where(open_one).values(**_values(request))).rowcount == 1

    def decide_request(
        self,
        request_id: int,
        rev: int,
        state: RequestState,
        checker_id: int | None,
        now: datetime,
        reason: str = "",
        expires: datetime | None = None,
    ) -> bool:
        places = _OPEN if state in ("withdrawn", "void") else ("submitted",)
        here = and_(_requests.c.id == request_id, _requests.c.rev == rev, _requests.c.state.in_(places))
        values = {"state": state, "checker_id": checker_id, "decided": now, "reason": reason}
        if expires is not None:
            values["expires"] = expires
        return self._connection.execute(update(_requests).where(here).values(**values)).rowcount == 1

    def void_orphans(self, now: datetime) -> list[StoredRequest]:
        accounts, companies = tables.accounts, tables.companies
        closed = select(accounts.c.id).where(accounts.c.state == "closed")
        same_company = accounts.c.company.is_not_distinct_from(_requests.c.company)
        subject = closed.where(accounts.c.login_id == _requests.c.subject, same_company).exists()
        gone = select(companies.c.code).where(companies.c.state == "closed")
        orphan = or_(
            _requests.c.maker_id.in_(closed),
            and_(_requests.c.kind.not_in(NOT_OF_ACCOUNTS), subject),
            _requests.c.company.in_(gone),
        )
        voided = update(_requests).where(_requests.c.state.in_(_OPEN), orphan).values(state="void", decided=now)
        return [_stored(row) for row in self._connection.execute(voided.returning(_requests))]

    def expire_requests(self, now: datetime) -> list[StoredRequest]:
        over = and_(_requests.c.state.in_(_OPEN), _requests.c.expires <= now)
        found = self._connection.execute(update(_requests).where(over).values(state="expired").returning(_requests))
        return [_stored(row) for row in found]


def _in_scope(scope: RequestScope) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if scope.side is not None:
        wanted.append(_requests.c.side == scope.side)
    if scope.company is not None:
        wanted.append(_requests.c.company == scope.company)
    if scope.account_id is not None:
        about = and_(_requests.c.subject == scope.login_id, _about_an_account(scope.company))
        wanted.append(or_(_requests.c.maker_id == scope.account_id, about))
    drafts = _requests.c.maker_id == scope.drafts_of
    wanted.append(or_(_requests.c.state != "draft", drafts) if scope.drafts_of else _requests.c.state != "draft")
    return wanted


def _behind(is_open: bool, request_id: int) -> ColumnElement[bool]:
    """After that place in the list: open ones come first, newest first."""
    older = _requests.c.id < request_id
    closed = _requests.c.state.not_in(_OPEN)
    return or_(closed, older) if is_open else and_(closed, older)


def _about_an_account(company: str | None) -> ColumnElement[bool]:
    """Of this company, or of the operator: others may have asked for the same login ID."""
    theirs = _requests.c.company.is_(None) if company is None else _requests.c.company == company
    return and_(theirs, _requests.c.kind.not_in(NOT_OF_ACCOUNTS))


def _values(request: StoredRequest) -> dict[str, Any]:
    return {
        "side": request.side,
        "company": request.company,
        "kind": request.kind,
        "subject": request.subject,
        "maker_id": request.maker_id,
        "state": request.state,
        "rev": request.rev,
        "proposal": request.proposal,
        "lines": [line.model_dump() for line in request.lines],
        "digest": request.digest,
        "made": request.made,
        "expires": request.expires,
        "checker_id": request.checker_id,
        "decided": request.decided,
        "reason": request.reason,
    }


def _stored(row: Row[Any]) -> StoredRequest:
    return StoredRequest(
        id=row.id,
        side=row.side,
        company=row.company,
        kind=row.kind,
        subject=row.subject,
        maker_id=row.maker_id,
        state=row.state,
        rev=row.rev,
        proposal=row.proposal,
        lines=tuple(Line(**line) for line in row.lines),
        digest=row.digest,
        made=row.made,
        expires=row.expires,
        checker_id=row.checker_id,
        decided=row.decided,
        reason=row.reason,
    )
