"""Accounts and companies: what is read of them, and how they change, in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, case, delete, func, insert, select, update

from backend.adapters.database import tables
from backend.adapters.database.account_rows import AccountRows, as_company
from backend.contract.messages import AccountState, EmailKind, Kind, Service, Side
from backend.contract.rules.contacts import email_key
from backend.core.accounts import Account, Company, Grant, Identity
from backend.core.client_connect.ports.people import AccountFacts, NewAccount
from backend.core.client_connect.ports.requests import NOT_OF_ACCOUNTS

_accounts: Final = tables.accounts
_OPEN: Final = ("submitted", "returned")
_NOT_SUSPENDED: Final = {"suspended_by": None, "suspended": None}


class PeopleRows(AccountRows):
    _connection: Connection

    def accounts_of(self, company: str | None) -> list[Account]:
        theirs = _accounts.c.company.is_(None) if company is None else _accounts.c.company == company
        order = (case((_accounts.c.state == "closed", 1), else_=0), _accounts.c.login_id)
        ids = self._connection.scalars(select(_accounts.c.id).where(theirs).order_by(*order))
        return [account for account in map(self.account_by_id, ids.all()) if account is not None]

    def account_facts(self, account_ids: Sequence[int], now: datetime) -> Mapping[int, AccountFacts]:
        keys, codes, requests = tables.sftp_keys, tables.codes, tables.change_requests
        live = (
            select(func.count())
            .where(keys.c.account_id == _accounts.c.id, keys.c.revoked.is_(None), keys.c.expires > now)
            .scalar_subquery()
        )
        pending = (
            select(func.count())
            .where(requests.c.subject == _accounts.c.login_id, requests.c.state.in_(_OPEN))
            .where(requests.c.company.is_not_distinct_from(_accounts.c.company))
            .where(requests.c.kind.not_in(NOT_OF_ACCOUNTS))
            .scalar_subquery()
        )
        invited = (
            select(func.max(codes.c.expires))
            .where(codes.c.account_id == _accounts.c.id, codes.c.purpose == "invitation")
            .where(codes.c.used.is_(None), codes.c.replaced.is_(None))
            .scalar_subquery()
        )
        found = self._connection.execute(
            select(
                _accounts.c.id,
                _accounts.c.last_sign_in,
                live.label("keys"),
                pending.label("pending"),
                invited.label("invited_until"),
            ).where(_accounts.c.id.in_(account_ids))
        )
        return {row.id: AccountFacts(row.keys, row.pending, row.last_sign_in, row.invited_until) for row in found}

    def email_holder(self, email_key: str) -> Account | None:
        found = self._connection.scalar(select(_accounts.c.id).where(_accounts.c.email_key == email_key))
        return None if found is None else self.account_by_id(found)

    def companies(self) -> list[Company]:
        rows = self._connection.execute(select(tables.companies).order_by(tables.companies.c.code))
        return [as_company(row) for row in rows]

    def identity(self, code: str) -> Identity | None:
        row = self._connection.execute(select(tables.identities).where(tables.identities.c.code == code)).one_or_none()
        if row is None:
            return None
        return Identity(row.code, row.company, row.user_type, row.name, removed=row.removed is not None)


class PeopleUnit:
    _connection: Connection

    def add_account(self, new: NewAccount) -> int:
        added = self._connection.execute(
            insert(_accounts)
            .values(
                login_id=new.login_id,
                kind=new.kind,
                company=new.company,
                name=new.name,
                email=new.email,
                email_key=email_key(new.email),
                email_kind=new.email_kind,
                phone=new.phone,
                state="invited",
                password_hash="",
                sealed_seed=b"",
            )
            .returning(_accounts.c.id)
        )
        return int(added.scalar_one())

    def change_account(self, account_id: int, *, name: str, email: str, email_kind: EmailKind, phone: str) -> None:
        self._connection.execute(
            update(_accounts)
            .where(_accounts.c.id == account_id)
            .values(name=name, email=email, email_key=email_key(email), email_kind=email_kind, phone=phone)
        )

    def move_account(self, account_id: int, before: AccountState, after: AccountState) -> bool:
        mine = (_accounts.c.id == account_id) & (_accounts.c.state == before)
        return self._connection.execute(update(_accounts).where(mine).values(state=after)).rowcount == 1

    def close_account(self, account_id: int, now: datetime) -> bool:
        open_one = (_accounts.c.id == account_id) & (_accounts.c.state != "closed")
        nothing = {"password_hash": "", "sealed_seed": b"", "pending_seed": None, "sftp_folders": None} | _NOT_SUSPENDED
        closed = update(_accounts).where(open_one).values(state="closed", closed=now, **nothing)
        if self._connection.execute(closed).rowcount != 1:
            return False
        for table in (
            tables.grants,
            tables.administrator_rights,
            tables.sessions,
            tables.tickets,
            tables.recovery_codes,
            tables.sftp_addresses,
        ):
            self._connection.execute(delete(table).where(table.c.account_id == account_id))
        keys, codes = tables.sftp_keys, tables.codes
        live = (keys.c.account_id == account_id) & keys.c.revoked.is_(None)
        self._connection.execute(update(keys).where(live).values(revoked=now))
        waiting = (codes.c.account_id == account_id) & codes.c.used.is_(None)
        self._connection.execute(update(codes).where(waiting).values(used=now, sealed_seed=None))
        return True

    def set_grants(self, account_id: int, grants: Iterable[Grant], sftp_folders: tuple[str, ...] | None) -> None:
        held = tables.grants
        self._connection.execute(delete(held).where(held.c.account_id == account_id))
        rows = [
            {"account_id": account_id, "function": grant.function, "identity_code": code}
            for grant in grants
            for code in grant.identity_codes
        ]
        if rows:
            self._connection.execute(insert(held), rows)
        narrowed = None if sftp_folders is None else list(sftp_folders)
        mine = _accounts.c.id == account_id
        self._connection.execute(update(_accounts).where(mine).values(sftp_folders=narrowed))

    def set_services(self, account_id: int, services: Iterable[Service]) -> None:
        rights = tables.administrator_rights
        self._connection.execute(delete(rights).where(rights.c.account_id == account_id))
        rows = [{"account_id": account_id, "service": service} for service in services]
        if rows:
            self._connection.execute(insert(rights), rows)

    def set_kind(self, account_id: int, kind: Kind) -> None:
        self._connection.execute(update(_accounts).where(_accounts.c.id == account_id).values(kind=kind))

    def take_seat(self, company: str) -> bool:
        companies = tables.companies
        free = (companies.c.code == company) & (companies.c.used < companies.c.quota)
        taken = update(companies).where(free).values(used=companies.c.used + 1)
        return self._connection.execute(taken).rowcount == 1

    def free_seat(self, company: str) -> None:
        companies = tables.companies
        mine = companies.c.code == company
        self._connection.execute(update(companies).where(mine).values(used=companies.c.used - 1))

    def forget_otp(self, account_id: int) -> None:
        codes = tables.recovery_codes
        self._connection.execute(delete(codes).where(codes.c.account_id == account_id))
        nothing = {"sealed_seed": b"", "pending_seed": None, "otp_since": None}
        self._connection.execute(update(_accounts).where(_accounts.c.id == account_id).values(**nothing))

    def suspend(self, account_id: int, by: Side, now: datetime) -> bool:
        open_to = _accounts.c.state == "active"
        if by == "operator":
            open_to |= (_accounts.c.state == "suspended") & (_accounts.c.suspended_by == "company")
        here = update(_accounts).where(_accounts.c.id == account_id, open_to)
        suspended = here.values(state="suspended", suspended_by=by, suspended=now)
        if self._connection.execute(suspended).rowcount != 1:
            return False
        sessions = tables.sessions
        self._connection.execute(delete(sessions).where(sessions.c.account_id == account_id))
        return True

    def lift_suspension(self, account_id: int) -> bool:
        suspended = (_accounts.c.id == account_id) & (_accounts.c.state == "suspended")
        lifted = update(_accounts).where(suspended).values(state="active", **_NOT_SUSPENDED)
        return self._connection.execute(lifted).rowcount == 1
