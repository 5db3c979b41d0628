"""Passwords by argon2id: 64 MiB, three passes, one lane."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.core.client_connect.passwords import normal


class Argon2Passwords:
    """Meets the `Hasher` port. Slow on purpose: callers keep it off the event loop, at most four at once."""

    def __init__(self, memory_kib: int = 64 * 1024, passes: int = 3) -> None:
        self._argon2 = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._nobody = self._argon2.hash("nobody has this password")

    def hash(self, password: str) -> str:
        return self._argon2.hash(normal(password))

    def verify(self, password: str, hashed: str | None) -> bool:
        try:
            right = self._argon2.verify(hashed or self._nobody, normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return right and bool(hashed)

    def outdated(self, hashed: str) -> bool:
        return self._argon2.check_needs_rehash(hashed)
