"""One-Time-Passwords by RFC 6238: six digits, 30 seconds, one step to either side; seeds sealed with a key file."""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b32encode
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

from backend.adapters.seals import KeyedSeals
from backend.core.ports import NewSeed

STEP_SECONDS: Final = 30
SEED_SIZE: Final = 20
_SEALED_AS: Final = b"otp-seed"
_SIX_DIGITS = re.compile(r"[0-9]{6}", re.ASCII)


class OneTimeCodes:
    """Meets the `Codes` port; also seals new seeds."""

    def __init__(self, key: bytes) -> None:
        self._seals = KeyedSeals(key)
        self._nobody = self.seal(secrets.token_bytes(SEED_SIZE))

    def seal(self, seed: bytes) -> bytes:
        return self._seals.seal(seed, _SEALED_AS)

    def new_seed(self) -> NewSeed:
        seed = secrets.token_bytes(SEED_SIZE)
        return NewSeed(self.seal(seed), b32encode(seed).decode())

    def code_of(self, sealed_seed: bytes, step: int) -> str | None:
        """What the authenticator of this seed shows in that step; no part of the port: only the demo asks."""
        seed = self._seals.open(sealed_seed, _SEALED_AS)
        return None if seed is None else code(seed, step)

    def step_of(self, sealed_seed: bytes | None, otp: str, now: datetime) -> int | None:
        """The newest matching step, so that a code spends all steps before it."""
        seed = self._seals.open(sealed_seed or self._nobody, _SEALED_AS)
        if seed is None:
            return None
        if not _SIX_DIGITS.fullmatch(otp):
            otp, sealed_seed = "000000", None
        current = step_at(now)
        matching = [step for step in (current + 1, current, current - 1) if hmac.compare_digest(code(seed, step), otp)]
        return matching[0] if matching and sealed_seed else None


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def code(seed: bytes, step: int) -> str:
    """The six digits of a time step."""
    return HOTP(seed, 6, SHA1()).generate(step).decode()  # noqa: S303 - RFC 6238 as authenticators implement it
