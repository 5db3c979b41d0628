"""Recovery: a forgotten password is asked for by login ID and telephone, and set with the code that was mailed.

*Reserve, then verify*: each try counts on the code before the One-Time-Password is looked at, so that parallel guesses
cannot outrun the limit. Whoever asks learns nothing: neither whether the account is there nor whose number it has.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from backend.contract.faults import CONFIRM_WITH_OTP, SIGN_IN_REFUSED, Fault, Refused
from backend.contract.messages import CodeFacts, Purpose, RecoveryRequest, ResetPassword, Unlock
from backend.contract.rules.codes import looks_like_recovery_code
from backend.contract.rules.contacts import same_phone
from backend.core.accounts import Account
from backend.core.activity import Ledger
from backend.core.client_connect.codes import MOST_TRIES, CodeIssuer, FoundCode
from backend.core.client_connect.mails import Mailer
from backend.core.client_connect.passwords import refuse_weak
from backend.core.client_connect.recovery_codes import RecoveryCodeBook
from backend.core.client_connect.source_limit import SourceLimit
from backend.core.gate import refuse_inactive
from backend.core.ports import Clock, Codes, Hasher, Store
from backend.core.rows import Unit

MOST_CODES_A_DAY: Final = 5
_DAY: Final = timedelta(days=1)
_WRONG_OTP: Final = "This One-Time-Password is not right, or it was used before."


class RecoveryService:
    """Forgotten passwords and locked accounts, for people who are not signed in."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hasher: Hasher,
        codes: Codes,
        ledger: Ledger,
        issuer: CodeIssuer,
        mailer: Mailer,
        book: RecoveryCodeBook,
        sources: SourceLimit,
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._codes = codes
        self._ledger = ledger
        self._issuer = issuer
        self._mailer = mailer
        self._book = book
        self._sources = sources

    def refuse_beyond(self, source: str) -> None:
        """Counts one request from this source; 1007 beyond the limit."""
        self._sources.refuse_beyond(source)

    def ask(self, form: RecoveryRequest, channel: str, source: str) -> None:
        """Mails a code where login ID and telephone belong together, at most five a day; says nothing in any case."""
        login_id = form.login_id.strip().upper()
        with self._store.reading() as rows:
            account = rows.account(login_id) if login_id.isascii() and login_id.isalnum() else None
        if account is not None and _may_recover(account, form.phone):
            self._store.write(lambda unit: self._mail(unit, account.id, form.phone, channel, source))

    def look(self, text: str, source: str) -> CodeFacts:
        """What a code is for, without using it: mail scanners open links, too. 1010 to 1013, 1015."""
        self.refuse_beyond(source)
        with self._store.reading() as rows:
            found = self._issuer.find(rows, text, self._clock.now())
        return CodeFacts(
            purpose=found.code.purpose,
            login_id=found.account.login_id,
            name=found.account.name,
            company_name=found.account.company_name,
            expires=found.code.expires,
        )

    def reset_password(self, form: ResetPassword, channel: str, source: str) -> None:
        """A new password, with the code and a One-Time-Password or recovery code. 1006, 1010 to 1014, 1016.

        Ends all sessions and clears a lock; a suspension stays.
        """
        self.refuse_beyond(source)
        found = self._found(form.code, "reset")
        self._reserve(found, form.code)
        self._judge(found, form.password)
        step = self._codes.step_of(found.account.sealed_seed, form.otp, self._clock.now())
        if step is None and not looks_like_recovery_code(form.otp):
            raise self._wrong(found, CONFIRM_WITH_OTP, channel, source)
        hashed = self._hasher.hash(form.password)

        def unit(unit: Unit) -> Refused | None:
            if not self._spent(unit, found.account, step, form.otp):
                return self._refused(unit, found, CONFIRM_WITH_OTP, channel, source)
            account = self._used(unit, found, form.code)
            unit.set_password(account.id, hashed)
            unit.end_codes(account.id, self._clock.now())
            unit.end_sessions(account.id)
            unit.unlock(account.id)
            unit.bump_access_epoch()
            self._record(unit, "password-reset", account, channel, source)
            self._mailer.changed(unit, account, "password-reset", self._clock.now())
            return None

        self._store.write(unit)

    def unlock(self, form: Unlock, channel: str, source: str) -> None:
        """Clears the lock, with the code, the password and a One-Time-Password. 1001 for either, 1010 to 1013, 1016."""
        self.refuse_beyond(source)
        found = self._found(form.code, "unlock")
        self._reserve(found, form.code)
        right = self._hasher.verify(form.password, found.account.password_hash)
        step = self._codes.step_of(found.account.sealed_seed, form.otp, self._clock.now())

        def unit(unit: Unit) -> Refused | None:
            if not right or not self._spent(unit, found.account, step, form.otp):
                return self._refused(unit, found, SIGN_IN_REFUSED, channel, source)
            account = self._used(unit, found, form.code)
            unit.unlock(account.id)
            self._record(unit, "unlocked", account, channel, source)
            return None

        self._store.write(unit)

    # ── the units ────────────────────────────────────────────────────────────────────────────────────────────

    def _mail(self, unit: Unit, account_id: int, phone: str, channel: str, source: str) -> None:
        now = self._clock.now()
        account = unit.account_by_id(account_id)
        if account is None or not _may_recover(account, phone):
            return
        if unit.codes_made(account_id, "reset", now - _DAY) < MOST_CODES_A_DAY:
            self._issuer.issue(unit, account, "reset", now)
            self._record(unit, "recovery-requested", account, channel, source)

    def _found(self, text: str, purpose: Purpose) -> FoundCode:
        with self._store.reading() as rows:
            return self._issuer.find(rows, text, self._clock.now(), purpose)

    def _reserve(self, found: FoundCode, text: str) -> None:
        """Counts one try; refuses where the code has none left, or ended meanwhile."""

        def unit(unit: Unit) -> None:
            if not unit.try_code(found.code.key, MOST_TRIES, self._clock.now()):
                self._issuer.refuse(unit, text, self._clock.now())

        self._store.write(unit)

    def _judge(self, found: FoundCode, password: str) -> None:
        """1014 gives the try back: it was reserved, for judging takes time."""
        try:
            refuse_weak(password, found.account)
        except Refused:
            self._store.write(lambda unit: unit.give_back_try(found.code.key))
            raise

    def _spent(self, unit: Unit, account: Account, step: int | None, otp: str) -> bool:
        """Whether the second factor was right and unused; it is used from now on."""
        if step is not None:
            return unit.spend_step(account.id, step)
        return self._book.spend(unit, account.id, otp)

    def _used(self, unit: Unit, found: FoundCode, text: str) -> Account:
        """The account as it stands, its code used; undoes the unit where what was verified is not what counts now."""
        then, account = found.account, unit.account_by_id(found.account.id) or found.account
        refuse_inactive(account)
        same = (account.password_hash, account.sealed_seed) == (then.password_hash, then.sealed_seed)
        if not same or not unit.use_code(found.code.key, self._clock.now()):
            self._issuer.refuse(unit, text, self._clock.now())
        return account

    def _wrong(self, found: FoundCode, fault: Fault, channel: str, source: str) -> Refused:
        return self._store.write(lambda unit: self._refused(unit, found, fault, channel, source))

    def _refused(self, unit: Unit, found: FoundCode, fault: Fault, channel: str, source: str) -> Refused:
        """To be returned: the try that was reserved stays counted."""
        self._record(unit, "recovery-refused", found.account, channel, source, fault=fault.number)
        return Refused(fault, what=_WRONG_OTP)

    def _record(
        self, unit: Unit, act: str, account: Account, channel: str, source: str, fault: int | None = None
    ) -> None:
        who = {"company": account.company, "login_id": account.login_id, "source": source}
        self._ledger.record(unit, act, self._clock.now(), channel, fault=fault, **who)


def _may_recover(account: Account, phone: str) -> bool:
    """Suspended, closed and invited accounts get no code."""
    return account.state == "active" and same_phone(account.phone, phone)
