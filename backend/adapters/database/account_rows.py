"""Accounts, companies and identities in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from backend.adapters.database import tables
from backend.contract.messages import Person, Service
from backend.core.accounts import Account, Company, Grant, Identity, Known

# Asked at every request: built once, so that only their values change.
_accounts, _companies = tables.accounts, tables.companies
_grants, _rights = tables.grants, tables.administrator_rights
_ACCOUNTS: Final = select(_accounts, _companies.c.name.label("company_name")).outerjoin(_companies)
_BY_ID: Final = _ACCOUNTS.where(_accounts.c.id == bindparam("account_id"))
_BY_LOGIN_ID: Final = _ACCOUNTS.where(_accounts.c.login_id == bindparam("login_id"))
_KNOWN: Final = select(
    *(_accounts.c[name] for name in ("id", "login_id", "company", "state", "password_hash", "sealed_seed"))
).where(_accounts.c.login_id == bindparam("login_id"))
_GRANTS: Final = (
    select(_grants.c.function, _grants.c.identity_code)
    .where(_grants.c.account_id == bindparam("account_id"))
    .order_by(_grants.c.function, _grants.c.identity_code)
)
_SERVICES: Final = (
    select(_rights.c.service).where(_rights.c.account_id == bindparam("account_id")).order_by(_rights.c.service)
)
_IDENTITIES: Final = (
    select(tables.identities)
    .where(tables.identities.c.company == bindparam("company"), tables.identities.c.removed.is_(None))
    .order_by(tables.identities.c.code)
)
_ADMINISTRATORS: Final = (
    select(_accounts.c.login_id, _accounts.c.name, _rights.c.service)
    .join(_rights, _rights.c.account_id == _accounts.c.id)
    .where(_accounts.c.company == bindparam("company"), _accounts.c.state == "active")
    .order_by(_accounts.c.login_id, _rights.c.service)
)


class AccountRows:
    _connection: Connection

    def account(self, login_id: str) -> Account | None:
        return self._account(self._connection.execute(_BY_LOGIN_ID, {"login_id": login_id}).one_or_none())

    def account_by_id(self, account_id: int) -> Account | None:
        return self._account(self._connection.execute(_BY_ID, {"account_id": account_id}).one_or_none())

    def known(self, login_id: str) -> Known | None:
        row = self._connection.execute(_KNOWN, {"login_id": login_id}).one_or_none()
        return None if row is None else Known(*row)

    def company(self, code: str) -> Company | None:
        row = self._connection.execute(select(_companies).where(_companies.c.code == code)).one_or_none()
        return None if row is None else as_company(row)

    def identities(self, company: str) -> dict[str, Identity]:
        rows = self._connection.execute(_IDENTITIES, {"company": company})
        return {row.code: Identity(row.code, row.company, row.user_type, row.name, added=row.added) for row in rows}

    def administrators(self, company: str) -> list[Person]:
        held: dict[tuple[str, str], list[Service]] = {}
        for row in self._connection.execute(_ADMINISTRATORS, {"company": company}):
            held.setdefault((row.login_id, row.name), []).append(row.service)
        return [Person(login_id=who, name=name, services=tuple(services)) for (who, name), services in held.items()]

    def _account(self, row: Row[Any] | None) -> Account | None:
        if row is None:
            return None
        held: dict[str, list[str]] = {}
        for function, identity_code in self._connection.execute(_GRANTS, {"account_id": row.id}):
            held.setdefault(function, []).append(identity_code)
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
            services=tuple(self._connection.scalars(_SERVICES, {"account_id": row.id})),
            email=row.email,
            email_kind=row.email_kind,
            phone=row.phone,
            sftp_folders=None if row.sftp_folders is None else tuple(row.sftp_folders),
            suspended_by=row.suspended_by,
            suspended=row.suspended,
        )


def as_company(row: Row[Any]) -> Company:
    return Company(row.code, row.name, row.quota, row.used, row.state, row.cc_das, row.ecp_das)


class AccountUnit:
    _connection: Connection
    _now: tuple[int, int, datetime | None] | None

    def bump_access_epoch(self) -> None:
        epoch = tables.platform.c.access_epoch
        self._connection.execute(update(tables.platform).values(access_epoch=epoch + 1))
        self._now = None
