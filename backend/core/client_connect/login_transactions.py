"""Login transactions: the redirect session of the landing page, signed, so that opening one keeps nothing here."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.contract.faults import SIGN_IN_EXPIRED, Refused
from backend.contract.messages import LoginTransaction

TRANSACTION_LIFE: Final = timedelta(minutes=5)
_NONCE: Final = 16
_BODY: Final = _NONCE + 8


@dataclass(frozen=True, slots=True)
class Transaction:
    nonce: bytes
    expires: datetime


class LoginTransactions:
    """Makes them, and knows its own again."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def begin(self, now: datetime) -> LoginTransaction:
        expires = now + TRANSACTION_LIFE
        body = secrets.token_bytes(_NONCE) + int(expires.timestamp() * 1000).to_bytes(_BODY - _NONCE, "big")
        return LoginTransaction(transaction=urlsafe_b64encode(body + self._mac(body)).decode(), expires=expires)

    def opened(self, text: str, now: datetime) -> Transaction:
        """The transaction behind its signed text; 1003 for anything else, and for one that has expired."""
        try:
            raw = urlsafe_b64decode(text.encode("ascii"))
        except ValueError as error:
            raise Refused(SIGN_IN_EXPIRED) from error
        body, mac = raw[:_BODY], raw[_BODY:]
        if len(body) != _BODY or not hmac.compare_digest(mac, self._mac(body)):
            raise Refused(SIGN_IN_EXPIRED)
        expires = datetime.fromtimestamp(int.from_bytes(body[_NONCE:], "big") / 1000, UTC)
        if now >= expires:
            raise Refused(SIGN_IN_EXPIRED)
        return Transaction(body[:_NONCE], expires)

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, b"t" + body, hashlib.sha256).digest()
