"""What an application form changes of a company, in the database."""

from __future__ import annotations

from sqlalchemy import Connection


class FormRows:
    _connection: Connection


class FormUnit:
    _connection: Connection
