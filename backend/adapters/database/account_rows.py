"""Accounts, companies, identities, sessions and SFTP keys in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from backend.adapters.database import tables
from backend.core.accounts import Account, Company, Grant, Identity, Session, SftpKey

_ACCOUNTS = select(tables.accounts, tables.companies.c.name.label("company_name")).outerjoin(tables.companies)


class AccountRows:
    _connection: Connection

    def account(self, login_id: str) -> Account | None:
        return self._one(tables.accounts.c.login_id == login_id)

    def account_by_id(self, account_id: int) -> Account | None:
        return self._one(tables.accounts.c.id == account_id)

    def company(self, code: str) -> Company | None:
        row = self._connection.execute(select(tables.companies).where(tables.companies.c.code == code)).one_or_none()
        return None if row is None else Company(row.code, row.name, row.quota, row.used)

    def identities(self, company: str) -> dict[str, Identity]:
        held = tables.identities
        rows = self._connection.execute(select(held).where(held.c.company == company).order_by(held.c.code))
        return {row.code: Identity(row.code, row.company, row.user_type, row.name) for row in rows}

    def administrators(self, company: str) -> list[Account]:
        mine = (tables.accounts.c.company == company) & (tables.accounts.c.state == "active")
        rights = select(tables.administrator_rights.c.account_id)
        wanted = _ACCOUNTS.where(mine & tables.accounts.c.id.in_(rights)).order_by(tables.accounts.c.login_id)
        return [self._account(row) for row in self._connection.execute(wanted)]

    def session(self, key: bytes) -> Session | None:
        row = self._connection.execute(select(tables.sessions).where(tables.sessions.c.key == key)).one_or_none()
        account = self.account_by_id(row.account_id) if row is not None else None
        if row is None or account is None:
            return None
        return Session(key, account, row.created, row.seen, row.source, row.last_sign_in, row.last_source)

    def sftp_key(self, fingerprint: str) -> SftpKey | None:
        keys, addresses = tables.sftp_keys, tables.sftp_addresses
        row = self._connection.execute(select(keys).where(keys.c.fingerprint == fingerprint)).one_or_none()
        account = self.account_by_id(row.account_id) if row is not None else None
        if row is None or account is None:
            return None
        networks = self._connection.scalars(select(addresses.c.network).where(addresses.c.account_id == account.id))
        return SftpKey(account, row.fingerprint, row.public_key, row.expires, tuple(networks))

    def _one(self, condition: ColumnElement[bool]) -> Account | None:
        row = self._connection.execute(_ACCOUNTS.where(condition)).one_or_none()
        return None if row is None else self._account(row)

    def _account(self, row: Row[Any]) -> Account:
        grants, rights = tables.grants, tables.administrator_rights
        held: dict[str, list[str]] = {}
        wanted = select(grants).where(grants.c.account_id == row.id).order_by(grants.c.function, grants.c.identity_code)
        for grant in self._connection.execute(wanted):
            held.setdefault(grant.function, []).append(grant.identity_code)
        services = self._connection.scalars(select(rights.c.service).where(rights.c.account_id == row.id))
        return Account(
            id=row.id,
            login_id=row.login_id,
            kind=row.kind,
            company=row.company,
            company_name=row.company_name or "",
            name=row.name,
            state=row.state,
            password_hash=row.password_hash,
            sealed_seed=row.sealed_seed,
            last_step=row.last_step,
            grants=tuple(Grant(function, tuple(codes)) for function, codes in held.items()),
            services=tuple(sorted(services)),
        )


class AccountUnit:
    _connection: Connection

    def add_session(self, key: bytes, account_id: int, now: datetime, source: str) -> None:
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

    def suspend(self, account_id: int) -> bool:
        accounts, sessions = tables.accounts, tables.sessions
        active = (accounts.c.id == account_id) & (accounts.c.state == "active")
        if self._connection.execute(update(accounts).where(active).values(state="suspended")).rowcount != 1:
            return False
        self._connection.execute(delete(sessions).where(sessions.c.account_id == account_id))
        return True

    def bump_access_epoch(self) -> None:
        epoch = tables.platform.c.access_epoch
        self._connection.execute(update(tables.platform).values(access_epoch=epoch + 1))
