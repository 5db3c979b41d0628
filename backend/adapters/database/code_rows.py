"""One-time codes, recovery codes and mails, and the two authenticators they set, in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from backend.adapters.database import tables
from backend.contract.messages import Purpose
from backend.core.client_connect.ports.codes import DueMail, OneTimeCode

_codes, _mails, _recovery = tables.codes, tables.mails, tables.recovery_codes
_OPEN: Final = and_(_codes.c.used.is_(None), _codes.c.replaced.is_(None))


class CodeRows:
    _connection: Connection

    def code(self, key: bytes) -> OneTimeCode | None:
        row = self._connection.execute(select(_codes).where(_codes.c.key == key)).one_or_none()
        return None if row is None else OneTimeCode(**row._mapping)

    def codes_made(self, account_id: int, purpose: Purpose, since: datetime) -> int:
        mine = and_(_codes.c.account_id == account_id, _codes.c.purpose == purpose, _codes.c.created > since)
        return self._connection.scalar(select(func.count()).where(mine)) or 0

    def last_code(self, account_id: int, purposes: Sequence[Purpose]) -> datetime | None:
        mine = and_(_codes.c.account_id == account_id, _codes.c.purpose.in_(purposes))
        newest: datetime | None = self._connection.scalar(select(func.max(_codes.c.created)).where(mine))
        return newest

    def recovery_codes_left(self, account_id: int) -> int:
        return self._connection.scalar(select(func.count()).where(_recovery.c.account_id == account_id)) or 0

    def due_mails(self, now: datetime, limit: int) -> list[DueMail]:
        due = select(_mails).where(_mails.c.due <= now).order_by(_mails.c.id).limit(limit)
        return [DueMail(row.id, row.created, row.due, row.tries, row.sealed) for row in self._connection.execute(due)]


class CodeUnit:
    _connection: Connection

    def add_code(self, code: OneTimeCode) -> None:
        same = and_(_OPEN, _codes.c.account_id == code.account_id, _codes.c.purpose == code.purpose)
        self._connection.execute(update(_codes).where(same).values(replaced=code.created, sealed_seed=None))
        facts = {name: getattr(code, name) for name in ("key", "account_id", "purpose", "created", "expires")}
        self._connection.execute(insert(_codes).values(**facts))

    def forget_codes(self, before: datetime) -> None:
        self._connection.execute(delete(_codes).where(_codes.c.expires < before))

    def end_codes(self, account_id: int, now: datetime) -> None:
        mine = and_(_OPEN, _codes.c.account_id == account_id)
        self._connection.execute(update(_codes).where(mine).values(used=now, sealed_seed=None))

    def try_code(self, key: bytes, most: int, now: datetime) -> bool:
        left = and_(self._live(key, now), _codes.c.tries < most)
        return self._connection.execute(update(_codes).where(left).values(tries=_codes.c.tries + 1)).rowcount == 1

    def give_back_try(self, key: bytes) -> None:
        had = and_(_codes.c.key == key, _codes.c.tries > 0)
        self._connection.execute(update(_codes).where(had).values(tries=_codes.c.tries - 1))

    def enrol(self, key: bytes, sealed_seed: bytes, now: datetime) -> bool:
        begun = update(_codes).where(self._live(key, now)).values(sealed_seed=sealed_seed)
        return self._connection.execute(begun).rowcount == 1

    def use_code(self, key: bytes, now: datetime) -> bool:
        used = update(_codes).where(self._live(key, now)).values(used=now, sealed_seed=None)
        return self._connection.execute(used).rowcount == 1

    def set_password(self, account_id: int, password_hash: str) -> None:
        mine = tables.accounts.c.id == account_id
        facts = {"password_hash": password_hash, "pending_seed": None}
        self._connection.execute(update(tables.accounts).where(mine).values(**facts))

    def renew_hash(self, account_id: int, password_hash: str) -> None:
        mine = tables.accounts.c.id == account_id
        self._connection.execute(update(tables.accounts).where(mine).values(password_hash=password_hash))

    def set_authenticator(self, account_id: int, sealed_seed: bytes, step: int, now: datetime) -> None:
        mine = tables.accounts.c.id == account_id
        facts = {"sealed_seed": sealed_seed, "last_step": step, "otp_since": now, "pending_seed": None}
        self._connection.execute(update(tables.accounts).where(mine).values(**facts))

    def set_recovery_codes(self, account_id: int, keys: Iterable[bytes]) -> None:
        self._connection.execute(delete(_recovery).where(_recovery.c.account_id == account_id))
        self._connection.execute(insert(_recovery), [{"account_id": account_id, "key": key} for key in keys])

    def spend_recovery_code(self, account_id: int, key: bytes) -> bool:
        mine = and_(_recovery.c.account_id == account_id, _recovery.c.key == key)
        return self._connection.execute(delete(_recovery).where(mine)).rowcount == 1

    def add_mails(self, sealed: Sequence[bytes], now: datetime) -> None:
        if sealed:
            self._connection.execute(insert(_mails), [{"created": now, "due": now, "sealed": one} for one in sealed])

    def claim_mail(self, mail: DueMail, until: datetime) -> bool:
        same = and_(_mails.c.id == mail.id, _mails.c.due == mail.due, _mails.c.tries == mail.tries)
        claimed = update(_mails).where(same).values(due=until, tries=mail.tries + 1)
        return self._connection.execute(claimed).rowcount == 1

    def finish_mail(self, mail_id: int, sent: datetime | None) -> None:
        self._connection.execute(update(_mails).where(_mails.c.id == mail_id).values(due=None, sent=sent, sealed=None))

    def forget_mails(self, before: datetime) -> None:
        self._connection.execute(delete(_mails).where(_mails.c.due.is_(None), _mails.c.created < before))

    def _live(self, key: bytes, now: datetime) -> ColumnElement[bool]:
        return and_(_OPEN, _codes.c.key == key, _codes.c.expires > now)
