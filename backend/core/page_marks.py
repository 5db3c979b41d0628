"""Page marks: where the next page of a list begins, good for that list and for nobody else's."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from backend.contract.faults import NOT_UNDERSTOOD, Refused


class PageMarks:
    """A mark is the last log index shown, sealed together with what the list is bound to."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sealed(self, log_index: int, *bound: str) -> str:
        number = str(log_index).encode()
        return urlsafe_b64encode(self._seal(number, bound) + number).decode()

    def opened(self, mark: str, *bound: str) -> int:
        """9002 for a mark of another list."""
        try:
            raw = urlsafe_b64decode(mark.encode("ascii"))
            seal, number = raw[:16], raw[16:]
            if hmac.compare_digest(seal, self._seal(number, bound)):
                return int(number)
        except ValueError:
            pass
        raise Refused(NOT_UNDERSTOOD, what="This page mark belongs to another list.")

    def _seal(self, number: bytes, bound: tuple[str, ...]) -> bytes:
        text = b"\x00".join((number, *(one.encode("utf-8", "surrogatepass") for one in bound)))
        return hmac.new(self._key, text, hashlib.sha256).digest()[:16]
