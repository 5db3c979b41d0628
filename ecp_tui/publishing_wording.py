"""Publishing in words: whom a file is for, and how many have fetched it."""

from __future__ import annotations

from collections.abc import Sequence

from backend.contract.rules.audiences import audience
from ecp_tui import wording


def whom(to: str) -> str:
    """Everybody, company ACME, user type SEHK, identity 01234."""
    named = audience(to)
    if named.identity_code:
        return f"identity {named.identity_code}"
    if named.company:
        return f"company {named.company}"
    return f"user type {named.user_type}" if named.user_type else "everybody"


def all_of(to: Sequence[str]) -> str:
    """Whom one publication was for, the widest first."""
    return ", ".join(sorted(map(whom, to), key=lambda words: words != "everybody"))


def identities(number: int) -> str:
    return f"{wording.count(number)} {'identity' if number == 1 else 'identities'}"


def fetched(number: int, of: int) -> str:
    """How far it has come: 12 of 40."""
    return f"{wording.count(number)} of {wording.count(of)}"
