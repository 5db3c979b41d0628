"""The table of faults, and how a row is added to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backend.contract.faults.fault import Exit, Fault, Refused, Sftp

FAULTS: Final[dict[int, Fault]] = {}
_UNEXPECTED: Final = 9000


def row(number: int, title: str, what: str, remedy: str, http: int, code: Exit, sftp: Sftp = Sftp.FAILURE) -> Fault:
    """Adds a row. A number is never reused."""
    if number in FAULTS:
        raise ValueError(f"fault {number} is in the catalogue already")
    FAULTS[number] = Fault(number, title, what, remedy, http, code, sftp)
    return FAULTS[number]


def refusal(number: int, values: Mapping[str, object]) -> Refused:
    """The `Refused` of a fault number that came over the wire; an unknown number is shown as 9000 with it."""
    fault = FAULTS.get(number)
    if fault is None:
        return Refused(FAULTS[_UNEXPECTED], reference=f"number {number}")
    return Refused(fault, **{str(name): value for name, value in values.items()})
