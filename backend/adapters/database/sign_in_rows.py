"""Throttle, attempts, login transactions and tickets in the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, delete, exists, func, insert, select, update

from backend.adapters.database import tables
from backend.core.rows import Throttle

REMEMBERED: Final = timedelta(minutes=30)
STALE: Final = timedelta(seconds=60)
LONGEST_SESSION: Final = timedelta(hours=12)


class SignInUnit:
    _connection: Connection

    def throttle(self, login: bytes, now: datetime) -> Throttle:
        throttles, attempts = tables.throttles, tables.attempts
        mine = attempts.c.login == login
        row = self._connection.execute(select(throttles).where(throttles.c.login == login)).one_or_none()
        if row is None:
            return Throttle(None, 0, 0, 0)
        stale = and_(mine, attempts.c.state == "pending", attempts.c.at <= now - STALE)
        turned = self._connection.execute(update(attempts).where(stale).values(state="failed")).rowcount
        if turned:
            self._count_failures(login, turned)
        self._connection.execute(delete(attempts).where(mine, attempts.c.at <= now - REMEMBERED))
        states = select(attempts.c.state, func.count()).where(mine).group_by(attempts.c.state)
        counted = {state: int(count) for state, count in self._connection.execute(states)}
        return Throttle(row.locked, row.failures + turned, counted.get("pending", 0), counted.get("failed", 0))

    def reserve(self, login: bytes, now: datetime) -> int:
        throttles = tables.throttles
        known = self._connection.execute(select(throttles.c.login).where(throttles.c.login == login)).one_or_none()
        if known is None:
            self._connection.execute(insert(throttles).values(login=login, failures=0))
        added = self._connection.execute(
            insert(tables.attempts).values(login=login, at=now, state="pending").returning(tables.attempts.c.id)
        )
        return int(added.scalar_one())

    def fail(self, attempt: int) -> bool:
        attempts = tables.attempts
        mine = and_(attempts.c.id == attempt, attempts.c.state == "pending")
        login = self._connection.execute(
            update(attempts).where(mine).values(state="failed").returning(attempts.c.login)
        ).scalar_one_or_none()
        if login is None:
            return False
        self._count_failures(login, 1)
        return True

    def drop(self, attempt: int) -> None:
        self._connection.execute(delete(tables.attempts).where(tables.attempts.c.id == attempt))

    def lock(self, login: bytes, now: datetime) -> None:
        throttles = tables.throttles
        open_one = and_(throttles.c.login == login, throttles.c.locked.is_(None))
        self._connection.execute(update(throttles).where(open_one).values(locked=now))

    def forgive(self, login: bytes) -> None:
        throttles, attempts = tables.throttles, tables.attempts
        self._connection.execute(delete(attempts).where(attempts.c.login == login))
        self._connection.execute(update(throttles).where(throttles.c.login == login).values(failures=0))

    def spend_step(self, account_id: int, step: int) -> bool:
        accounts = tables.accounts
        fresh = and_(accounts.c.id == account_id, accounts.c.last_step < step)
        return self._connection.execute(update(accounts).where(fresh).values(last_step=step)).rowcount == 1

    def use_transaction(self, nonce: bytes, expires: datetime, now: datetime) -> bool:
        used = tables.used_transactions
        self._connection.execute(delete(used).where(used.c.expires <= now))
        if self._connection.execute(select(used.c.nonce).where(used.c.nonce == nonce)).one_or_none() is not None:
            return False
        self._connection.execute(insert(used).values(nonce=nonce, expires=expires))
        return True

    def add_ticket(self, key: bytes, account_id: int, expires: datetime) -> None:
        self._connection.execute(insert(tables.tickets).values(key=key, account_id=account_id, expires=expires))

    def use_ticket(self, key: bytes, now: datetime) -> int | None:
        tickets = tables.tickets
        row = self._connection.execute(
            delete(tickets).where(tickets.c.key == key).returning(tickets.c.account_id, tickets.c.expires)
        ).one_or_none()
        return None if row is None or row.expires <= now else int(row.account_id)

    def forget_old(self, now: datetime) -> None:
        for table in (tables.tickets, tables.used_transactions):
            self._connection.execute(delete(table).where(table.c.expires <= now))
        throttles, attempts = tables.throttles, tables.attempts
        old = and_(attempts.c.state == "failed", attempts.c.at <= now - REMEMBERED)  # one pending has yet to be counted
        self._connection.execute(delete(attempts).where(old))
        idle = and_(throttles.c.locked.is_(None), throttles.c.failures == 0)
        tried = exists(select(attempts.c.id).where(attempts.c.login == throttles.c.login))
        self._connection.execute(delete(throttles).where(idle, ~tried))
        sessions = tables.sessions
        self._connection.execute(delete(sessions).where(sessions.c.created <= now - LONGEST_SESSION))

    def _count_failures(self, login: bytes, more: int) -> None:
        throttles = tables.throttles
        self._connection.execute(
            update(throttles).where(throttles.c.login == login).values(failures=throttles.c.failures + more)
        )
