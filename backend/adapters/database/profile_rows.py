"""An account's authenticator, in the database."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from backend.adapters.database.tables import accounts
from backend.core.client_connect.ports.profile import Authenticator


class ProfileRows:
    _connection: Connection

    def authenticator(self, account_id: int) -> Authenticator:
        kept = select(accounts.c.otp_since, accounts.c.pending_seed).where(accounts.c.id == account_id)
        row = self._connection.execute(kept).one_or_none()
        return Authenticator(None, None) if row is None else Authenticator(row.otp_since, row.pending_seed)


class ProfileUnit:
    _connection: Connection

    def begin_authenticator(self, account_id: int, sealed_seed: bytes) -> None:
        begun = update(accounts).where(accounts.c.id == account_id).values(pending_seed=sealed_seed)
        self._connection.execute(begun)
