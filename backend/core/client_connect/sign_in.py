"""Sign-in: landing → login transaction → one form → ticket → session, safe under parallel guesses.

*Reserve, then verify*: an attempt is written down before the password is looked at, so that parallel guesses cannot
outrun the limit. Unknown login IDs get the same work, the same answer and the same lock.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.contract.faults import (
    LOCKED,
    SIGN_IN_EXPIRED,
    SIGN_IN_REFUSED,
    SUSPENDED,
    TOO_MANY_ATTEMPTS,
    Refused,
)
from backend.contract.messages import LoginTransaction, SignIn, Ticket
from backend.core.accounts import Account
from backend.core.activity import Ledger
from backend.core.client_connect.source_limit import SourceLimit
from backend.core.ports import Clock, Codes, Hasher, Store
from backend.core.rows import Rows, Throttle, Unit

TRANSACTION_LIFE: Final = timedelta(minutes=5)
TICKET_LIFE: Final = timedelta(seconds=60)
MOST_ATTEMPTS: Final = 5
MOST_FAILURES_IN_A_ROW: Final = 20
RESERVED_LOGIN_IDS: Final = frozenset({"RECOVER"})
_BODY: Final = 24
_LOGIN_ID = re.compile(r"[A-Z0-9]{4,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Transaction:
    nonce: bytes
    expires: datetime


class SignInService:
    """Opens login transactions, verifies the form, hands out tickets."""

    def __init__(self, store: Store, clock: Clock, hasher: Hasher, codes: Codes, ledger: Ledger, key: bytes) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._codes = codes
        self._ledger = ledger
        self._key = key
        self._sources = SourceLimit(clock)

    def begin(self) -> LoginTransaction:
        """A login transaction: signed, so that opening one costs the server nothing to keep."""
        expires = self._clock.now() + TRANSACTION_LIFE
        body = secrets.token_bytes(16) + int(expires.timestamp() * 1000).to_bytes(8, "big")
        return LoginTransaction(transaction=urlsafe_b64encode(body + self._mac(b"t", body)).decode(), expires=expires)

    def sign_in(self, form: SignIn, channel: str, source: str) -> Ticket:
        """A ticket, or 1001, 1002, 1003, 1007, and 1016 only after all factors were right."""
        transaction = self._opened(form.transaction)
        self._sources.refuse_beyond(source)
        login_id = form.login_id.strip().upper()
        login = self._mac(b"l", login_id.encode("utf-8", "surrogatepass"))
        attempt = self._store.write(lambda unit: self._reserve(unit, login, login_id, channel, source))
        with self._store.reading() as rows:
            known = _known(rows, login_id)
        right = self._hasher.verify(form.password, known.password_hash if known else None)
        step = self._codes.step_of(known.sealed_seed if known else None, form.otp, self._clock.now())
        account = known if right else None
        return self._store.write(
            lambda unit: (
                self._failed(unit, attempt, login, known, channel, source)
                if account is None or step is None
                else self._passed(unit, attempt, login, account, step, transaction, channel, source)
            )
        )

    # ── the units ────────────────────────────────────────────────────────────────────────────────────────────

    def _reserve(self, unit: Unit, login: bytes, login_id: str, channel: str, source: str) -> int | Refused:
        now = self._clock.now()
        throttle = unit.throttle(login, now)
        if throttle.locked is not None:
            return Refused(LOCKED)
        if _spent(throttle):
            self._lock(unit, login, _known(unit, login_id), channel, source)
            return Refused(LOCKED)
        if throttle.pending + throttle.failed >= MOST_ATTEMPTS:
            return Refused(TOO_MANY_ATTEMPTS)
        return unit.reserve(login, now)

    def _failed(
        self, unit: Unit, attempt: int, login: bytes, known: Account | None, channel: str, source: str
    ) -> Refused:
        """Counts the failure, unless a sign-in that succeeded meanwhile has forgiven it; locks at the limit."""
        if unit.fail(attempt):
            self._record(unit, "sign-in-refused", known, channel, source, fault=SIGN_IN_REFUSED.number)
            if _spent(unit.throttle(login, self._clock.now())):
                self._lock(unit, login, known, channel, source)
        return Refused(SIGN_IN_REFUSED)

    def _lock(self, unit: Unit, login: bytes, known: Account | None, channel: str, source: str) -> None:
        unit.lock(login, self._clock.now())
        self._record(unit, "locked", known, channel, source, fault=LOCKED.number)

    def _record(
        self, unit: Unit, act: str, known: Account | None, channel: str, source: str, fault: int | None = None
    ) -> None:
        """Accounts only: what nobody is called may be a password, and strangers may not make the log grow."""
        if known is not None:
            who = {"company": known.company, "login_id": known.login_id}
            self._ledger.record(unit, act, self._clock.now(), channel, source=source, fault=fault, **who)

    def _passed(
        self,
        unit: Unit,
        attempt: int,
        login: bytes,
        account: Account,
        step: int,
        transaction: _Transaction,
        channel: str,
        source: str,
    ) -> Ticket | Refused:
        """Spends the code and the transaction, forgives what failed before, hands over a ticket."""
        now = self._clock.now()
        if not unit.spend_step(account.id, step):
            unit.drop(attempt)
            return Refused(SIGN_IN_REFUSED)
        if not unit.use_transaction(transaction.nonce, transaction.expires, now):
            unit.drop(attempt)
            return Refused(SIGN_IN_EXPIRED)
        unit.forgive(login)
        if account.state == "suspended":
            self._record(unit, "sign-in-refused", account, channel, source, fault=SUSPENDED.number)
            return Refused(SUSPENDED)
        key, expires = secrets.token_bytes(32), now + TICKET_LIFE
        unit.add_ticket(digest(key), account.id, expires)
        self._record(unit, "signed-in", account, channel, source)
        return Ticket(ticket=urlsafe_b64encode(key).decode(), expires=expires)

    # ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────

    def _opened(self, text: str) -> _Transaction:
        """The transaction behind its signed text; 1003 for anything else, and for one that has expired."""
        try:
            raw = urlsafe_b64decode(text.encode("ascii"))
        except ValueError as error:
            raise Refused(SIGN_IN_EXPIRED) from error
        body, mac = raw[:_BODY], raw[_BODY:]
        if len(body) != _BODY or not hmac.compare_digest(mac, self._mac(b"t", body)):
            raise Refused(SIGN_IN_EXPIRED)
        expires = datetime.fromtimestamp(int.from_bytes(body[16:], "big") / 1000, UTC)
        if self._clock.now() >= expires:
            raise Refused(SIGN_IN_EXPIRED)
        return _Transaction(body[:16], expires)

    def _mac(self, purpose: bytes, data: bytes) -> bytes:
        return hmac.new(self._key, purpose + data, hashlib.sha256).digest()


def _known(rows: Rows, login_id: str) -> Account | None:
    """The account that may sign in under this login ID, or at least hear that it is suspended."""
    if not _LOGIN_ID.fullmatch(login_id) or login_id in RESERVED_LOGIN_IDS:
        return None
    account = rows.account(login_id)
    return account if account is not None and account.state in {"active", "suspended"} else None


def _spent(throttle: Throttle) -> bool:
    """Whether this login ID has no attempt left."""
    return throttle.failed >= MOST_ATTEMPTS or throttle.failures >= MOST_FAILURES_IN_A_ROW


def digest(secret: bytes) -> bytes:
    """What the store keeps of a ticket or a token."""
    return hashlib.sha256(secret).digest()
