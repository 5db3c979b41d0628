"""Whom a file is published to, in one word: an identity code, ALL, COMPANY-ACME or TYPE-SEHK (codes have no hyphen)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EVERYONE: Final = "ALL"
COMPANY: Final = "COMPANY-"
USER_TYPE: Final = "TYPE-"


@dataclass(frozen=True, slots=True)
class Audience:
    """Those it names; one that names nothing is everyone."""

    identity_code: str = ""
    company: str = ""
    user_type: str = ""

    @property
    def is_one(self) -> bool:
        """Whether it can never be more than one identity."""
        return bool(self.identity_code)

    def includes(self, identity_code: str, company: str, user_type: str) -> bool:
        named = ((self.identity_code, identity_code), (self.company, company), (self.user_type, user_type))
        return all(wanted in ("", said) for wanted, said in named)


def audience(to: str) -> Audience:
    """What the word says; whatever else it is, it is an identity code, which may not exist."""
    if to == EVERYONE:
        return Audience()
    if to.startswith(COMPANY) and to != COMPANY:
        return Audience(company=to.removeprefix(COMPANY))
    if to.startswith(USER_TYPE) and to != USER_TYPE:
        return Audience(user_type=to.removeprefix(USER_TYPE))
    return Audience(identity_code=to or "-")
