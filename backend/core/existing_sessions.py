"""Sessions of the existing ECP: in memory, at one address each, and a key in every form that no other site can know."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from backend.contract.faults import SESSION_ENDED, SIGN_IN_EXPIRED, Refused
from backend.core.client_connect.source_limit import source_of
from backend.core.ports import Clock

IDLE: Final = timedelta(minutes=15)
LIFE: Final = timedelta(hours=8)
FORM_LIFE: Final = timedelta(minutes=30)
MOST: Final = 2000
MOST_OF_ACCOUNT: Final = 8


@dataclass(frozen=True, slots=True)
class ExistingSession:
    """Whose it is, and the key that its forms bear."""

    login: str
    source: str
    began: datetime
    seen: datetime
    form_key: str = field(repr=False)


class ExistingSessions:
    """A restart ends them all. Of too many the one that was quiet longest ends."""

    def __init__(self, clock: Clock, key: bytes) -> None:
        self._clock = clock
        self._key = key
        self._held: OrderedDict[bytes, ExistingSession] = OrderedDict()
        self._lock = Lock()

    def open(self, login: str, source: str) -> str:
        """A token that nobody knew before."""
        token, now = secrets.token_urlsafe(32), self._clock.now()
        with self._lock:
            self._end_old(now)
            own = [key for key, one in self._held.items() if one.login == login]
            for key in own[: len(own) + 1 - MOST_OF_ACCOUNT]:
                del self._held[key]
            self._held[_digest(token)] = ExistingSession(login, source_of(source), now, now, secrets.token_urlsafe(32))
            if len(self._held) > MOST:
                self._held.popitem(last=False)
        return token

    def found(self, token: str, source: str) -> ExistingSession:
        """The session, which goes on; 1005 where it ended, or is asked for from another address."""
        now, key = self._clock.now(), _digest(token)
        with self._lock:
            self._end_old(now)
            held = self._held.get(key)
            if held is None or held.source != source_of(source):
                raise Refused(SESSION_ENDED)
            self._held[key] = replace(held, seen=now)
            self._held.move_to_end(key)
            return held

    def end(self, token: str) -> None:
        with self._lock:
            self._held.pop(_digest(token), None)

    def _end_old(self, now: datetime) -> None:
        for key, one in list(self._held.items()):
            if now - one.seen >= IDLE or now - one.began >= LIFE:
                del self._held[key]

    # ── the sign-in form, before there is a session ──────────────────────────────────────────────────────────

    def nonce(self) -> str:
        """What a browser keeps that has been shown the sign-in form."""
        return f"{int(self._clock.now().timestamp())}-{secrets.token_urlsafe(16)}"

    def form_key(self, nonce: str) -> str:
        """What the form bears."""
        return hmac.new(self._key, nonce.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def refuse_foreign(self, nonce: str, form_key: str) -> None:
        """1003 where the form is not the one that this browser was shown, or was shown too long ago."""
        began = nonce.partition("-")[0]
        now = int(self._clock.now().timestamp())
        fresh = began.isascii() and began.isdigit() and 0 <= now - int(began[:12]) <= FORM_LIFE.total_seconds()
        if not fresh or not hmac.compare_digest(self.form_key(nonce).encode(), form_key.encode("utf-8", "replace")):
            raise Refused(SIGN_IN_EXPIRED)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
