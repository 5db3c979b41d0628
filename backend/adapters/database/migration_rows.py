"""Migration in the database: batches, the end of the existing ECP, and its accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.adapters.database import tables
from backend.core.migrating import Batch, ExistingAccount

_batches, _accounts, _platform = tables.batches, tables.existing_accounts, tables.platform
_NEXT = select(func.min(_batches.c.at)).where(_batches.c.switched.is_(None)).scalar_subquery()


class MigrationRows:
    _connection: Connection

    def batches(self) -> dict[str, Batch]:
        found = self._connection.execute(select(_batches).order_by(_batches.c.code))
        return {row.code: Batch(row.code, row.at, row.switched) for row in found}

    def decommissioned(self) -> datetime | None:
        since: datetime | None = self._connection.execute(select(_platform.c.decommissioned)).scalar_one()
        return since

    def existing_account(self, login: str) -> ExistingAccount | None:
        row = self._connection.execute(select(_accounts).where(_accounts.c.login == login)).one_or_none()
        return None if row is None else _account(row)

    def existing_accounts(self) -> list[ExistingAccount]:
        found = self._connection.execute(select(_accounts).order_by(_accounts.c.company, _accounts.c.login))
        return [_account(row) for row in found]


class MigrationUnit:
    _connection: Connection

    def bump_catalogue_revision(self) -> None:
        raise NotImplementedError  # the rows that this is mixed with have it

    def put_batch(self, batch: Batch) -> None:
        facts = {"at": batch.at, "switched": batch.switched}
        here = update(_batches).where(_batches.c.code == batch.code)
        if self._connection.execute(here.values(**facts)).rowcount == 0:
            self._connection.execute(insert(_batches).values(code=batch.code, **facts))
        self._connection.execute(update(_platform).values(next_switch=_NEXT))
        self.bump_catalogue_revision()

    def decommission(self, now: datetime) -> bool:
        ending = update(_platform).where(_platform.c.decommissioned.is_(None)).values(decommissioned=now)
        return self._connection.execute(ending).rowcount == 1

    def add_existing_account(self, account: ExistingAccount) -> bool:
        facts = {name: getattr(account, name) for name in ("login", "company", "name", "password_hash")}
        try:
            with self._connection.begin_nested():
                new = insert(_accounts).values(**facts, identity_codes=list(account.identity_codes))
                self._connection.execute(new)
        except IntegrityError:
            return False
        return True

    def close_existing_account(self, login: str, now: datetime) -> bool:
        closing = update(_accounts).where(_accounts.c.login == login, _accounts.c.closed.is_(None))
        return self._connection.execute(closing.values(closed=now)).rowcount == 1


def _account(row: Row[Any]) -> ExistingAccount:
    facts = {name: getattr(row, name) for name in ("login", "company", "name", "password_hash", "closed")}
    return ExistingAccount(**facts, identity_codes=tuple(row.identity_codes))
