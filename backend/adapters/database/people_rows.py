"""Accounts and companies: what is read of them, and how they change, in the database."""

from __future__ import annotations

from sqlalchemy import Connection


class PeopleRows:
    _connection: Connection


class PeopleUnit:
    _connection: Connection
