"""Sessions of one account, and the lock on its sign-in, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, select, update

from backend.adapters.database import tables
from backend.adapters.database.account_rows import AccountRows
from backend.contract.messages import Channel
from backend.core.accounts import Account, Session

# Asked at every request: built once.
_SESSION: Final = select(tables.sessions).where(tables.sessions.c.key == bindparam("session"))


class SessionRows(AccountRows):
    _connection: Connection

    def session(self, key: bytes) -> Session | None:
        row = self._connection.execute(_SESSION, {"session": key}).one_or_none()
        account = self.account_by_id(row.account_id) if row is not None else None
        return None if row is None or account is None else _session(row, account)

    def sessions_of(self, account: Account) -> list[Session]:
        sessions = tables.sessions
        mine = select(sessions).where(sessions.c.account_id == account.id).order_by(sessions.c.created.desc())
        return [_session(row, account) for row in self._connection.execute(mine)]

    def keys_expiring(self, account_id: int, before: datetime) -> int:
        keys = tables.sftp_keys
        soon = and_(keys.c.account_id == account_id, keys.c.revoked.is_(None), keys.c.expires < before)
        return self._connection.execute(select(func.count()).where(soon)).scalar_one()

    def locked(self, account_ids: Sequence[int]) -> set[int]:
        throttles = tables.throttles
        mine = and_(throttles.c.account_id.in_(account_ids), throttles.c.locked.is_not(None))
        return set(self._connection.scalars(select(throttles.c.account_id).where(mine)))

    def locked_since(self, account_id: int) -> datetime | None:
        throttles = tables.throttles
        mine = throttles.c.account_id == account_id
        since: datetime | None = self._connection.scalar(select(func.max(throttles.c.locked)).where(mine))
        return since


def _session(row: Row[Any], account: Account) -> Session:
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

    def add_session(self, key: bytes, account_id: int, now: datetime, source: str, channel: Channel) -> None:
        accounts = tables.accounts
        before = self._connection.execute(
            select(accounts.c.last_sign_in, accounts.c.last_source).where(accounts.c.id == account_id)
        ).one()
        self._connection.execute(
            insert(tables.sessions).values(
                key=key,
                account_id=account_id,
                created=now,
                seen=now,
                source=source,
                channel=channel,
                confirmed=now,
                last_sign_in=before.last_sign_in,
                last_source=before.last_source,
            )
        )
        mine = accounts.c.id == account_id
        self._connection.execute(update(accounts).where(mine).values(last_sign_in=now, last_source=source))

    def touch_session(self, key: bytes, now: datetime) -> None:
        sessions = tables.sessions
        self._connection.execute(update(sessions).where(sessions.c.key == key, sessions.c.seen < now).values(seen=now))

    def end_session(self, key: bytes) -> bool:
        return self._connection.execute(delete(tables.sessions).where(tables.sessions.c.key == key)).rowcount == 1

    def end_sessions(self, account_id: int, but: bytes | None = None) -> int:
        sessions, accounts = tables.sessions, tables.accounts
        if but is None:
            self._connection.execute(update(accounts).where(accounts.c.id == account_id).values(pending_seed=None))
        mine = sessions.c.account_id == account_id
        others = mine if but is None else and_(mine, sessions.c.key != but)
        self._connection.execute(delete(tables.tickets).where(tables.tickets.c.account_id == account_id))
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
