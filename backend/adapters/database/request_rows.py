"""Change requests as they are kept, in the database."""

from __future__ import annotations

from sqlalchemy import Connection


class RequestRows:
    _connection: Connection


class RequestUnit:
    _connection: Connection
