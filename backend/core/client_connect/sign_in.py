"""Sign-in: landing → login transaction → one form → ticket → session, safe under parallel guesses.

*Reserve, then verify*: an attempt is written down before the password is looked at, so that parallel guesses cannot
outrun the limit. Unknown login IDs get the same work, the same answer and the same lock.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import timedelta
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
from backend.core.accounts import Known
from backend.core.activity import Ledger
from backend.core.client_connect.codes import CodeIssuer
from backend.core.client_connect.login_ids import reserved
from backend.core.client_connect.login_transactions import LoginTransactions, Transaction
from backend.core.client_connect.recovery_codes import RecoveryCodeBook
from backend.core.client_connect.source_limit import SourceLimit
from backend.core.figures import SIGN_INS, Tally
from backend.core.ports import Clock, Codes, Hasher, Store
from backend.core.rows import Rows, Throttle, Unit

TICKET_LIFE: Final = timedelta(seconds=60)
MOST_ATTEMPTS: Final = 5
MOST_FAILURES_IN_A_ROW: Final = 20
NOBODY: Final = 0
"""The number of no account."""
_LOGIN_ID = re.compile(r"[A-Z0-9]{4,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Who tries to sign in, from where; `number` is that of the reserved attempt."""

    login: bytes
    login_id: str
    known: Known | None
    channel: str
    source: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class _Given:
    """What came with an attempt, and what was found out about it."""

    transaction: Transaction
    otp: str
    right: bool
    """The password."""
    step: int | None
    renewed: str
    """The hash that takes the place of an outdated one."""


class SignInService:
    """Opens login transactions, verifies the form, hands out tickets."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hasher: Hasher,
        codes: Codes,
        book: RecoveryCodeBook,
        issuer: CodeIssuer,
        ledger: Ledger,
        key: bytes,
        tally: Tally,
    ) -> None:
        self._tally = tally
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._codes = codes
        self._book = book
        self._issuer = issuer
        self._ledger = ledger
        self._key = key
        self._transactions = LoginTransactions(key)
        self._sources = SourceLimit(clock)

    def begin(self) -> LoginTransaction:
        return self._transactions.begin(self._clock.now())

    def sign_in(self, form: SignIn, channel: str, source: str) -> Ticket:
        """A ticket, or 1001, 1002, 1003, 1007, and 1016 only after all factors were right."""
        with self._tally.outcome(SIGN_INS, channel):
            return self._signed_in(form, channel, source)

    def _signed_in(self, form: SignIn, channel: str, source: str) -> Ticket:
        transaction = self._transactions.opened(form.transaction, self._clock.now())
        self._sources.refuse_beyond(source)
        attempt = self._store.write(lambda unit: self._reserve(unit, form.login_id, channel, source))
        known = attempt.known
        right = self._hasher.verify(form.password, known.password_hash if known else None)
        step = self._codes.step_of(known.sealed_seed if known else None, form.otp, self._clock.now())
        renewed = ""
        if known is not None and right and step is not None and self._hasher.outdated(known.password_hash):
            renewed = self._hasher.hash(form.password)  # never before all is right: it takes time, which tells
        given = _Given(transaction, form.otp, right, step, renewed)
        return self._store.write(lambda unit: self._verified(unit, attempt, given))

    # ── the units ────────────────────────────────────────────────────────────────────────────────────────────

    def _reserve(self, unit: Unit, typed: str, channel: str, source: str) -> _Attempt | Refused:
        now, login_id = self._clock.now(), typed.strip().upper()
        known = _known(unit, login_id)
        attempt = _Attempt(self._login(login_id), login_id, known, channel, source)
        throttle = unit.throttle(attempt.login, now, known.id if known else None)
        if throttle.locked is not None:
            return Refused(LOCKED)
        if _spent(throttle):
            self._lock(unit, attempt, throttle.failures)
            return Refused(LOCKED)
        if throttle.pending + throttle.failed >= MOST_ATTEMPTS:
            return Refused(TOO_MANY_ATTEMPTS)
        return replace(attempt, number=unit.reserve(attempt.login, now))

    def _verified(self, unit: Unit, attempt: _Attempt, given: _Given) -> Ticket | Refused:
        """Whoever gave all that is asked, and still has the password and the authenticator that were looked at."""
        known = _known(unit, attempt.login_id)
        proven = known if given.right and attempt.known is not None and attempt.known.still(known) else None
        recovered = given.step is None and self._book.spend(unit, proven.id if proven else NOBODY, given.otp)
        if proven is None or (given.step is None and not recovered):
            return self._failed(unit, attempt)
        return self._passed(unit, attempt, given, proven)

    def _failed(self, unit: Unit, attempt: _Attempt) -> Refused:
        """Counts the failure, unless a sign-in that succeeded meanwhile has forgiven it; locks at the limit.

        The first of several in a row leaves an entry, and whatever ends them tells how many there were: whoever guesses
        does not make the log grow.
        """
        if unit.fail(attempt.number):
            throttle = unit.throttle(attempt.login, self._clock.now(), attempt.known.id if attempt.known else None)
            if throttle.failures == 1:
                self._record(unit, attempt, "sign-in-refused", fault=SIGN_IN_REFUSED.number)
            if _spent(throttle):
                self._lock(unit, attempt, throttle.failures)
        return Refused(SIGN_IN_REFUSED)

    def _lock(self, unit: Unit, attempt: _Attempt, failures: int) -> None:
        """Once; whose account it is gets a code by mail to unlock it."""
        now, known = self._clock.now(), attempt.known
        if not unit.lock(attempt.login, now):
            return
        self._record(unit, attempt, "locked", fault=LOCKED.number, count=failures)
        account = unit.stand_in(known.id if known else None)
        with unit.kept(known is not None and known.state == "active"):
            if account is not None and account.email:
                self._issuer.issue(unit, account, "unlock", now)

    def _passed(self, unit: Unit, attempt: _Attempt, given: _Given, known: Known) -> Ticket | Refused:
        """Spends the code and the transaction, forgives what failed before, hands over a ticket."""
        now = self._clock.now()
        if given.step is not None and not unit.spend_step(known.id, given.step):
            unit.drop(attempt.number)
            return Refused(SIGN_IN_REFUSED)
        if not unit.use_transaction(given.transaction.nonce, given.transaction.expires, now):
            unit.drop(attempt.number)
            return Refused(SIGN_IN_EXPIRED)
        failures = unit.forgive(attempt.login) or None
        by = {"object": "recovery-code"} if given.step is None else {}
        if known.state == "suspended":
            self._record(unit, attempt, "sign-in-refused", fault=SUSPENDED.number, count=failures, **by)
            return Refused(SUSPENDED)
        if given.renewed:
            unit.renew_hash(known.id, given.renewed)
        key, expires = secrets.token_bytes(32), now + TICKET_LIFE
        unit.add_ticket(digest(key), known.id, expires)
        self._record(unit, attempt, "signed-in", count=failures, **by)
        return Ticket(ticket=urlsafe_b64encode(key).decode(), expires=expires)

    def _record(self, unit: Unit, attempt: _Attempt, act: str, **facts: object) -> None:
        """Accounts only: what nobody is called may be a password, and strangers may not make the log grow."""
        known = attempt.known
        who = {"company": known.company, "login_id": known.login_id} if known else {}
        with unit.kept(known is not None):
            self._ledger.record(unit, act, self._clock.now(), attempt.channel, source=attempt.source, **who, **facts)

    def _login(self, login_id: str) -> bytes:
        """What the throttle knows a login ID by."""
        return hmac.new(self._key, b"l" + login_id.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def _known(rows: Rows, login_id: str) -> Known | None:
    """The account that may sign in under this login ID, or at least hear that it is suspended."""
    possible = _LOGIN_ID.fullmatch(login_id) is not None and not reserved(login_id)
    known = rows.known(login_id if possible else "")
    return known if known is not None and known.state in {"active", "suspended"} else None


def _spent(throttle: Throttle) -> bool:
    """Whether this login ID has no attempt left."""
    return throttle.failed >= MOST_ATTEMPTS or throttle.failures >= MOST_FAILURES_IN_A_ROW


def digest(secret: bytes) -> bytes:
    """What the store keeps of a ticket or a token."""
    return hashlib.sha256(secret).digest()
