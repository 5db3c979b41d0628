"""SFTP keys and addresses as they are kept, in the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from backend.adapters.database import tables
from backend.adapters.database.account_rows import AccountRows
from backend.contract.rules.public_keys import PublicKey
from backend.core.accounts import Account, SftpAddress, SftpKey

_keys, _addresses = tables.sftp_keys, tables.sftp_addresses


class KeyRows(AccountRows):
    _connection: Connection

    def sftp_key(self, fingerprint: str) -> SftpKey | None:
        row = self._connection.execute(select(_keys).where(_keys.c.fingerprint == fingerprint)).one_or_none()
        account = self.account_by_id(row.account_id) if row is not None else None
        return None if row is None or account is None else _key(row, account, self._networks(account.id))

    def sftp_keys(self, account: Account) -> list[SftpKey]:
        newest_first = (_keys.c.registered.is_(None), _keys.c.registered.desc(), _keys.c.fingerprint)
        mine = select(_keys).where(_keys.c.account_id == account.id).order_by(*newest_first)
        networks = self._networks(account.id)
        return [_key(row, account, networks) for row in self._connection.execute(mine)]

    def sftp_addresses(self, account_id: int) -> list[SftpAddress]:
        mine = select(_addresses).where(_addresses.c.account_id == account_id).order_by(_addresses.c.network)
        return [SftpAddress(row.network, row.registered) for row in self._connection.execute(mine)]

    def sftp_networks(self) -> list[str]:
        return list(self._connection.scalars(select(_addresses.c.network).distinct()))

    def _networks(self, account_id: int) -> tuple[str, ...]:
        return tuple(address.network for address in self.sftp_addresses(account_id))


def _key(row: Row[Any], account: Account, networks: tuple[str, ...]) -> SftpKey:
    return SftpKey(
        account,
        row.fingerprint,
        row.public_key,
        row.expires,
        networks,
        row.comment,
        row.registered,
        row.revoked,
        row.seen,
    )


class KeyUnit:
    _connection: Connection

    def add_key(self, account_id: int, key: PublicKey, now: datetime, expires: datetime) -> None:
        facts = {"fingerprint": key.fingerprint, "public_key": key.line, "comment": key.comment}
        times = {"registered": now, "expires": expires}
        self._connection.execute(insert(_keys).values(account_id=account_id, **facts, **times))

    def revoke_key(self, fingerprint: str, now: datetime) -> bool:
        live = (_keys.c.fingerprint == fingerprint) & _keys.c.revoked.is_(None)
        return self._connection.execute(update(_keys).where(live).values(revoked=now)).rowcount == 1

    def see_key(self, fingerprint: str, now: datetime) -> None:
        self._connection.execute(update(_keys).where(_keys.c.fingerprint == fingerprint).values(seen=now))

    def warn_keys(self, now: datetime, days: int) -> list[str]:
        live = (_keys.c.revoked.is_(None), _keys.c.expires > now, _keys.c.expires <= now + timedelta(days=days))
        fresh = or_(_keys.c.warned.is_(None), _keys.c.warned > days)
        warned = update(_keys).where(*live, fresh).values(warned=days).returning(_keys.c.fingerprint)
        return list(self._connection.scalars(warned))

    def add_address(self, account_id: int, network: str, now: datetime) -> None:
        self._connection.execute(insert(_addresses).values(account_id=account_id, network=network, registered=now))

    def remove_address(self, account_id: int, network: str) -> bool:
        mine = (_addresses.c.account_id == account_id) & (_addresses.c.network == network)
        return self._connection.execute(delete(_addresses).where(mine)).rowcount == 1
