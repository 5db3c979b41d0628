"""Throttle, attempts, login transactions and tickets in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    Connection,
    Integer,
    LargeBinary,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from backend.adapters.database import tables
from backend.adapters.database.account_rows import AccountRows
from backend.core.accounts import Account
from backend.core.rows import Throttle

REMEMBERED: Final = timedelta(minutes=30)
STALE: Final = timedelta(seconds=60)
STRANGERS_REMEMBERED: Final = timedelta(days=90)
LONGEST_SESSION: Final = timedelta(hours=12)
_ANYBODY: Final = select(func.min(tables.accounts.c.id)).scalar_subquery()


class SignInUnit(AccountRows):
    _connection: Connection

    def throttle(self, login: bytes, now: datetime, account_id: int | None) -> Throttle:
        throttles, attempts = tables.throttles, tables.attempts
        mine = attempts.c.login == login
        absent = ~exists().where(throttles.c.login == login)
        fresh = select(literal(login, LargeBinary), literal(0, Integer)).where(absent)
        self._connection.execute(insert(throttles).from_select(["login", "failures"], fresh))
        self._begin_anew(login, account_id)
        stale = and_(mine, attempts.c.state == "pending", attempts.c.at <= now - STALE)
        turned = self._connection.execute(update(attempts).where(stale).values(state="failed")).rowcount
        row = self._connection.execute(
            update(throttles)
            .where(throttles.c.login == login)
            .values(seen=now, account_id=account_id, failures=throttles.c.failures + turned)
            .returning(throttles.c.locked, throttles.c.failures)
        ).one()
        self._connection.execute(delete(attempts).where(mine, attempts.c.at <= now - REMEMBERED))
        states = select(attempts.c.state, func.count()).where(mine).group_by(attempts.c.state)
        counted = {state: int(count) for state, count in self._connection.execute(states)}
        return Throttle(row.locked, row.failures, counted.get("pending", 0), counted.get("failed", 0))

    def _begin_anew(self, login: bytes, account_id: int | None) -> None:
        """What strangers counted under a login ID before its account could sign in is not the account's."""
        throttles, attempts = tables.throttles, tables.attempts
        known = literal(account_id, Integer).is_not(None)
        strange = and_(throttles.c.login == login, throttles.c.account_id.is_(None), known)
        logins = select(throttles.c.login).where(strange)
        self._connection.execute(delete(attempts).where(attempts.c.login.in_(logins)))
        self._connection.execute(update(throttles).where(strange).values(locked=None, failures=0))

    def reserve(self, login: bytes, now: datetime) -> int:
        added = self._connection.execute(
            insert(tables.attempts).values(login=login, at=now, state="pending").returning(tables.attempts.c.id)
        )
        return int(added.scalar_one())

    def fail(self, attempt: int) -> bool:
        throttles, attempts = tables.throttles, tables.attempts
        mine = and_(attempts.c.id == attempt, attempts.c.state == "pending")
        login = self._connection.execute(
            update(attempts).where(mine).values(state="failed").returning(attempts.c.login)
        ).scalar_one_or_none()
        failed = update(throttles).where(throttles.c.login == login)
        return self._connection.execute(failed.values(failures=throttles.c.failures + 1)).rowcount == 1

    def drop(self, attempt: int) -> None:
        self._connection.execute(delete(tables.attempts).where(tables.attempts.c.id == attempt))

    def lock(self, login: bytes, now: datetime) -> bool:
        throttles = tables.throttles
        open_one = and_(throttles.c.login == login, throttles.c.locked.is_(None))
        return self._connection.execute(update(throttles).where(open_one).values(locked=now)).rowcount == 1

    def forgive(self, login: bytes) -> int:
        throttles, attempts = tables.throttles, tables.attempts
        mine = throttles.c.login == login
        failures = self._connection.execute(select(throttles.c.failures).where(mine)).scalar_one()
        self._connection.execute(delete(attempts).where(attempts.c.login == login))
        self._connection.execute(update(throttles).where(mine).values(failures=0))
        return int(failures)

    @contextmanager
    def kept(self, really: bool) -> Iterator[None]:
        with self._connection.begin_nested() as savepoint:
            yield
            if not really:
                savepoint.rollback()

    def stand_in(self, account_id: int | None) -> Account | None:
        found = self._connection.scalar(select(func.coalesce(literal(account_id, Integer), _ANYBODY)))
        return self.account_by_id(found or 0)

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
        strange = and_(throttles.c.account_id.is_(None), throttles.c.seen <= now - STRANGERS_REMEMBERED)
        strangers = select(throttles.c.login).where(strange)
        self._connection.execute(delete(attempts).where(attempts.c.login.in_(strangers)))
        idle = and_(throttles.c.locked.is_(None), throttles.c.failures == 0)
        tried = exists(select(attempts.c.id).where(attempts.c.login == throttles.c.login))
        self._connection.execute(delete(throttles).where(or_(strange, and_(idle, ~tried))))
        sessions = tables.sessions
        self._connection.execute(delete(sessions).where(sessions.c.created <= now - LONGEST_SESSION))
