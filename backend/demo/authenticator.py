"""The demo's own authenticator: what everybody's would show, from the seed of each account as it stands."""

from __future__ import annotations

from base64 import b32decode
from typing import Final

from backend.adapters.one_time_codes import STEP_SECONDS, OneTimeCodes, code, step_at
from backend.contract.messages import DemoCode
from backend.core.accounts import Account
from backend.core.ports import Clock

NOTHING: Final = DemoCode(otp="")


class DemoAuthenticator:
    """Holds nothing itself: seeds are opened with the platform's key, or told by whoever is setting one up."""

    def __init__(self, codes: OneTimeCodes, clock: Clock) -> None:
        self._codes = codes
        self._clock = clock

    def shows(self, account: Account) -> DemoCode:
        """The earliest code that was not used yet, and the seconds until it works; an empty one without a seed."""
        now = self._clock.now()
        step = max(step_at(now), account.last_step + 1)
        otp = self._codes.code_of(account.sealed_seed, step)
        return NOTHING if otp is None else DemoCode(otp=otp, wait=max(0.0, (step - 1) * STEP_SECONDS - now.timestamp()))

    def scanned(self, secret: str) -> DemoCode:
        """What it shows once this secret was added to it."""
        return DemoCode(otp=code(b32decode(secret), step_at(self._clock.now())))
