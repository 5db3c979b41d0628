"""What an application form changes of a company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.contract.messages import Service
from backend.core.accounts import Identity


@dataclass(frozen=True, slots=True)
class Seats:
    """How a form moves what is counted of a company: users, and holders of one service's right."""

    used: int
    service: Service
    rights: int


class FormRows(Protocol):
    """What is read, in one snapshot."""

    def open_forms(self) -> dict[str, int]:
        """By company: forms keyed in and not yet decided."""
        ...


class FormUnit(Protocol):
    """What one unit writes."""

    def add_company(self, code: str, name: str, administrators: int) -> None:
        """A company whose first users are so many administrators, each with both rights."""
        ...

    def move_company(self, code: str, name: str, seats: Seats) -> bool:
        """All of it in one statement; false where the quota, or two administrators a service, would not be kept."""
        ...

    def put_identity(self, identity: Identity, now: datetime) -> None:
        """Adds it, renames it, or gives it back to the company that had it; never takes another company's."""
        ...

    def remove_identity(self, code: str, now: datetime) -> None: ...

    def close_company(self, code: str, now: datetime) -> bool:
        """Closes it with its identities and counts nobody there any more; its accounts are closed one by one."""
        ...
