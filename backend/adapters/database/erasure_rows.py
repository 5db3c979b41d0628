"""Erasure in the database: of accounts closed long ago, and of where their acts came from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, String, bindparam, cast, literal, literal_column, select, update

from backend.adapters.database import tables
from backend.contract.rules.details import without
from backend.core.activity_row import EXISTING, SOURCES_ERASED, ActivityRow
from backend.core.client_connect.erasure import ERASED, lines_without, proposal_without
from backend.core.client_connect.ports.erasure import LongClosed
from backend.core.client_connect.ports.requests import NOT_OF_ACCOUNTS

_accounts, _activity, _details = tables.accounts, tables.activity, tables.activity_details
_ERASE: Final = (
    update(_details)
    .where(_details.c.log_index == bindparam("place"))
    .values(source=None, personal=bindparam("stays", type_=_details.c.personal.type))
)


class ErasureRows:
    _connection: Connection

    def long_closed(self, before: datetime) -> list[LongClosed]:
        old = (_accounts.c.state == "closed", _accounts.c.closed <= before, _accounts.c.email_key.is_not(None))
        found = self._connection.execute(select(_accounts.c.login_id, _accounts.c.company).where(*old))
        return [LongClosed(login_id, company) for login_id, company in found]

    def sources_of(self, login_id: str, after: int, limit: int) -> list[int]:
        theirs = (_activity.c.login_id == login_id, _activity.c.log_index > after, _activity.c.channel != EXISTING)
        beside = _activity.join(_details, _details.c.log_index == _activity.c.log_index)
        some = select(_activity.c.log_index).select_from(beside).where(*theirs, _details.c.source.is_not(None))
        return list(self._connection.scalars(some.order_by(_activity.c.log_index).limit(limit)))

    def erased_up_to(self, login_ids: Collection[str]) -> dict[str, int]:
        told = (_activity.c.act == literal_column(f"'{SOURCES_ERASED}'"), _activity.c.subject.in_(login_ids))
        said = select(_activity.c.subject, _activity.c.object, _activity.c.log_index).where(*told)
        found: dict[str, int] = {}
        for login_id, place, entry in self._connection.execute(said):
            if place is not None and place.isdecimal() and int(place) < entry:
                found[login_id] = max(found.get(login_id, -1), int(place))
        return found


class ErasureUnit:
    _connection: Connection

    def erase_sources(self, rows: Sequence[ActivityRow]) -> None:
        erased = [
            {"place": row.log_index, "stays": dict(without("source", row.source, row.personal)) or None}
            for row in rows
            if row.source is not None
        ]
        if erased:
            self._connection.execute(_ERASE, erased)

    def forget_closed(self, login_ids: Collection[str]) -> int:
        known = _accounts.c.login_id.in_(login_ids) & _accounts.c.email_key.is_not(None)
        who = select(_accounts.c.login_id, _accounts.c.company).where(known)
        for login_id, company in self._connection.execute(who).all():
            self._forget_in_requests(login_id, company)
        erased = {
            "name": ERASED,
            "email": literal("closed-") + cast(_accounts.c.id, String),
            "email_key": None,
            "phone": "",
            "last_source": None,
        }
        return self._connection.execute(update(_accounts).where(known).values(**erased)).rowcount

    def _forget_in_requests(self, login_id: str, company: str | None) -> None:
        """Open ones too: what they propose for a closed account cannot be applied any more."""
        requests = tables.change_requests
        theirs = requests.c.company.is_not_distinct_from(company)
        naming = (requests.c.subject == login_id) | requests.c.kind.in_(NOT_OF_ACCOUNTS)
        for row in self._connection.execute(select(requests).where(theirs, naming)).all():
            about_company = row.kind in NOT_OF_ACCOUNTS
            proposal = proposal_without(row.proposal, login_id)
            lines = lines_without(row.lines, login_id, about_company=about_company)
            if (proposal, lines) != (row.proposal, row.lines):
                here = update(requests).where(requests.c.id == row.id)
                self._connection.execute(here.values(proposal=proposal, lines=lines))
