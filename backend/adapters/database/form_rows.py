"""What an application form changes of a company, in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, case, func, insert, literal, select, update

from backend.adapters.database import tables
from backend.contract.rules.forms import FEWEST
from backend.core.accounts import Identity
from backend.core.client_connect.ports.forms import Seats

_companies: Final = tables.companies
_identities: Final = tables.identities
_RIGHTS: Final = {"client_connect": _companies.c.cc_das, "ecp": _companies.c.ecp_das}


class FormRows:
    _connection: Connection

    def open_forms(self) -> dict[str, int]:
        requests = tables.change_requests
        counted = (
            select(requests.c.subject, func.count().label("forms"))
            .where(requests.c.kind == "apply-form", requests.c.state.in_(("submitted", "returned")))
            .group_by(requests.c.subject)
        )
        return {row.subject: row.forms for row in self._connection.execute(counted)}


class FormUnit:
    _connection: Connection

    def add_company(self, code: str, name: str, administrators: int) -> None:
        counts = {"used": administrators, "cc_das": administrators, "ecp_das": administrators}
        self._connection.execute(insert(_companies).values(code=code, name=name, state="active", **counts))

    def move_company(self, code: str, name: str, seats: Seats) -> bool:
        used, rights = _companies.c.used + seats.used, _RIGHTS[seats.service] + seats.rights
        kept = (_companies.c.code == code) & (_companies.c.state == "active") & (rights >= FEWEST)
        # Whoever leaves may always leave, and a form that adds nobody is not refused for a quota that was lowered.
        within = used <= _companies.c.quota if seats.used > 0 else _companies.c.used >= -seats.used
        moved = update(_companies).where(kept, within).values({"name": name, "used": used})
        moved = moved.values({_RIGHTS[seats.service]: rights})
        return self._connection.execute(moved).rowcount == 1

    def put_identity(self, identity: Identity, now: datetime) -> None:
        facts = {"name": identity.name, "user_type": identity.user_type, "removed": None}
        back = case((_identities.c.removed.is_not(None), literal(now, tables.Instant)), else_=_identities.c.added)
        mine = (_identities.c.code == identity.code) & (_identities.c.company == identity.company)
        if self._connection.execute(update(_identities).where(mine).values(**facts, added=back)).rowcount == 0:
            new = {"code": identity.code, "company": identity.company, **facts, "added": now}
            self._connection.execute(insert(_identities).values(**new))

    def remove_identity(self, code: str, now: datetime) -> None:
        self._connection.execute(update(_identities).where(_identities.c.code == code).values(removed=now))

    def close_company(self, code: str, now: datetime) -> bool:
        active = (_companies.c.code == code) & (_companies.c.state == "active")
        closed = update(_companies).where(active).values(state="closed", used=0, cc_das=0, ecp_das=0)
        if self._connection.execute(closed).rowcount != 1:
            return False
        held = (_identities.c.company == code) & _identities.c.removed.is_(None)
        self._connection.execute(update(_identities).where(held).values(removed=now))
        return True
