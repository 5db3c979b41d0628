"""What whoever watches over the platform counts in the database: new entries of the log, and what waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, case, func, select

from backend.adapters.database import tables
from backend.core.activity_row import REFUSED
from backend.core.figures import ActCount, Standing

_LATELY: Final = timedelta(minutes=30)
_table = tables.activity
# A row of refusals that were only counted says how many they were.
_HOW_OFTEN: Final = func.sum(case((_table.c.act == REFUSED, func.coalesce(_table.c.count, 1)), else_=1))


class FigureRows:
    _connection: Connection

    def acts_between(self, start: int, until: int) -> list[ActCount]:
        kinds = (_table.c.act, _table.c.folder, _table.c.fault)
        these = and_(_table.c.log_index >= start, _table.c.log_index < until, _table.c.folder.is_not(None))
        counted = select(*kinds, _HOW_OFTEN, func.coalesce(func.sum(_table.c.size), 0)).where(these).group_by(*kinds)
        return [
            ActCount(act, folder, fault, int(count), int(size))
            for act, folder, fault, count, size in self._connection.execute(counted)
        ]

    def standing(self, now: datetime) -> Standing:
        sessions, throttles = tables.sessions, tables.throttles
        mails, requests = tables.mails, tables.change_requests
        waiting = self._connection.execute(
            select(func.count(), func.min(mails.c.created)).where(mails.c.due.is_not(None))
        ).one()
        sides = select(requests.c.side, func.count()).where(requests.c.state == "submitted").group_by(requests.c.side)
        locked = and_(throttles.c.account_id.is_not(None), throttles.c.locked.is_not(None))
        open_now = select(func.count()).select_from(sessions).where(sessions.c.seen > now - _LATELY)
        return Standing(
            sessions=self._connection.execute(open_now).scalar_one(),
            locked=self._connection.execute(select(func.count()).select_from(throttles).where(locked)).scalar_one(),
            mails=waiting[0],
            oldest_mail=waiting[1],
            requests={side: count for side, count in self._connection.execute(sides)},
        )
