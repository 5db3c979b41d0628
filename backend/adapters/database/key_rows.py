"""SFTP keys and addresses as they are kept, in the database."""

from __future__ import annotations

from sqlalchemy import Connection


class KeyRows:
    _connection: Connection


class KeyUnit:
    _connection: Connection
