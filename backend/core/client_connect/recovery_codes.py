"""Recovery codes: ten, each in place of one One-Time-Password, for whoever lost the authenticator."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from backend.contract.rules.codes import RECOVERY_LENGTH, read_recovery_code, recovery_code_of
from backend.core.rows import Unit

HOW_MANY: Final = 10


class RecoveryCodeBook:
    """Makes and spends them. An HMAC under a key outside the database is all that is kept of one."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, unit: Unit, account_id: int) -> tuple[str, ...]:
        """New ones in place of all from before; shown this once."""
        codes = tuple(recovery_code_of(secrets.token_bytes(RECOVERY_LENGTH)) for _ in range(HOW_MANY))
        unit.set_recovery_codes(account_id, [self._mac(account_id, code.replace("-", "")) for code in codes])
        return codes

    def spend(self, unit: Unit, account_id: int, text: str) -> bool:
        """Whether it was one of the account's; it is not from now on."""
        code = read_recovery_code(text)
        return code is not None and unit.spend_recovery_code(account_id, self._mac(account_id, code))

    def _mac(self, account_id: int, code: str) -> bytes:
        return hmac.new(self._key, f"{account_id} {code}".encode(), hashlib.sha256).digest()
