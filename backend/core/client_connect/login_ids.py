"""Login IDs that nobody can have."""

from __future__ import annotations

from typing import Final

RESERVED_LOGIN_IDS: Final = frozenset({"RECOVER"})
"""What they say when signing in by SSH means something else."""
