"""Login IDs that nobody can have: what they say when signing in by SSH means something else."""

from __future__ import annotations

import re
from typing import Final

RECOVER: Final = "RECOVER"
_TICKET: Final = re.compile(r"[A-Za-z2-7]{16}")


def like_a_ticket(login_id: str) -> bool:
    """Whether it is written as one-time tickets are, in whatever case."""
    return _TICKET.fullmatch(login_id) is not None


def reserved(login_id: str) -> bool:
    return login_id == RECOVER or like_a_ticket(login_id)
