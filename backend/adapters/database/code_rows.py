"""One-time codes, recovery codes and mails as they are kept, in the database."""

from __future__ import annotations

from sqlalchemy import Connection


class CodeRows:
    _connection: Connection


class CodeUnit:
    _connection: Connection
