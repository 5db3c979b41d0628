"""Sessions of one account as they are kept, in the database."""

from __future__ import annotations

from sqlalchemy import Connection


class SessionRows:
    _connection: Connection


class SessionUnit:
    _connection: Connection
