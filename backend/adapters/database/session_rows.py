"""Sessions of one account, and the lock on its sign-in, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select, update

from backend.adapters.database import tables
from backend.core.accounts import Account, Session


class SessionRows:
    _connection: Connection

    def sessions_of(self, account: Account) -> list[Session]:
        sessions = tables.sessions
        mine = select(sessions).where(sessions.c.account_id == account.id).order_by(sessions.c.created.desc())
        return [session_of(row, account) for row in self._connection.execute(mine)]

    def locked(self, account_ids: Sequence[int]) -> set[int]:
        throttles = tables.throttles
        mine = and_(throttles.c.account_id.in_(account_ids), throttles.c.locked.is_not(None))
        return set(self._connection.scalars(select(throttles.c.account_id).where(mine)))


def session_of(row: Row[Any], account: Account) -> Session:
    return Session(
        row.key,
        account,
        row.created,
        row.seen,
        row.source,
        row.last_sign_in,
        row.last_source,
        row.channel,
        row.confirmed,
        row.wrong_otps,
    )


class SessionUnit:
    _connection: Connection

    def end_sessions(self, account_id: int, but: bytes | None = None) -> int:
        sessions = tables.sessions
        mine = sessions.c.account_id == account_id
        others = mine if but is None else and_(mine, sessions.c.key != but)
        return self._connection.execute(delete(sessions).where(others)).rowcount

    def count_otp(self, session: bytes) -> int:
        sessions = tables.sessions
        counted = self._connection.execute(
            update(sessions)
            .where(sessions.c.key == session)
            .values(wrong_otps=sessions.c.wrong_otps + 1)
            .returning(sessions.c.wrong_otps)
        ).scalar_one_or_none()
        return counted or 0

    def discount_otp(self, session: bytes) -> None:
        sessions = tables.sessions
        some = and_(sessions.c.key == session, sessions.c.wrong_otps > 0)
        self._connection.execute(update(sessions).where(some).values(wrong_otps=sessions.c.wrong_otps - 1))

    def confirm_session(self, session: bytes, now: datetime) -> bool:
        sessions = tables.sessions
        confirmed = update(sessions).where(sessions.c.key == session).values(confirmed=now, wrong_otps=0)
        return self._connection.execute(confirmed).rowcount == 1

    def unlock(self, account_id: int) -> bool:
        throttles, attempts = tables.throttles, tables.attempts
        mine = throttles.c.account_id == account_id
        logins = select(throttles.c.login).where(mine)
        self._connection.execute(delete(attempts).where(attempts.c.login.in_(logins)))
        self._connection.execute(update(throttles).where(mine).values(failures=0))
        locked = and_(mine, throttles.c.locked.is_not(None))
        return self._connection.execute(update(throttles).where(locked).values(locked=None)).rowcount > 0
