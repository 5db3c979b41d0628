"""One kind of change request: what it would change as of now, and changing exactly that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from backend.contract.messages import Line, Side
from backend.core.rows import Rows, Unit


@dataclass(frozen=True, slots=True)
class Plan:
    """What a proposal comes to, as of now. The digest that a checker approves is taken over all of it.

    What it is called stands in `titles`.
    """

    side: Side
    company: str | None
    """The company it is about; `None` means the operator's own staff."""
    subject: str
    """A login ID or a company's code."""
    subject_name: str
    lines: tuple[Line, ...]
    fingerprint: str = ""
    """Of a key, whole, as it stands in a line: its last 8 characters the checker must type, and is not shown."""
    object: str = ""
    """What of its subject it is about, as the entry names it once it is applied: a fingerprint, a network."""


ProposalT = TypeVar("ProposalT", contravariant=True)


class Change(Protocol[ProposalT]):
    """One kind. Permissions are not asked here: the gate asks them with the plan in hand."""

    def plan(self, rows: Rows, company: str | None, proposal: ProposalT, now: datetime) -> Plan:
        """What it would change now, for a maker of this company (`None`: the operator's staff).

        Raises `Refused` where it cannot be: 2001 for a subject that is not the maker's to see, whether it exists or
        not. Run again at approval: another result than what was shown voids the request.
        """
        ...

    def apply(self, unit: Unit, proposal: ProposalT, plan: Plan, now: datetime) -> bool:
        """Changes what this plan, made in this very unit, says; true where that takes rights away."""
        ...
