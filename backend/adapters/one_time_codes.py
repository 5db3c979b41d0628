"""One-Time-Passwords by RFC 6238: six digits, 30 seconds, one step to either side; seeds sealed with a key file."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

STEP_SECONDS: Final = 30
SEED_SIZE: Final = 20
_NONCE: Final = 12
_SIX_DIGITS = re.compile(r"[0-9]{6}", re.ASCII)


class OneTimeCodes:
    """Meets the `Codes` port; also seals new seeds."""

    def __init__(self, key: bytes) -> None:
        self._seal = AESGCM(key)
        self._nobody = self.seal(secrets.token_bytes(SEED_SIZE))

    def seal(self, seed: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._seal.encrypt(nonce, seed, b"otp-seed")

    def step_of(self, sealed_seed: bytes | None, otp: str, now: datetime) -> int | None:
        """The newest matching step, so that a code spends all steps before it."""
        sealed = sealed_seed or self._nobody
        try:
            seed = self._seal.decrypt(sealed[:_NONCE], sealed[_NONCE:], b"otp-seed")
        except (InvalidTag, ValueError):
            return None
        if not _SIX_DIGITS.fullmatch(otp):
            otp, sealed_seed = "000000", None
        current = step_at(now)
        matching = [step for step in (current + 1, current, current - 1) if hmac.compare_digest(code(seed, step), otp)]
        return matching[0] if matching and sealed_seed is not None else None


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def code(seed: bytes, step: int) -> str:
    """The six digits of a time step."""
    return HOTP(seed, 6, SHA1()).generate(step).decode()  # noqa: S303 - RFC 6238 as authenticators implement it
