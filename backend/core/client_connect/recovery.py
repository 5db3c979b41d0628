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
from backend.core.client_connect.codes import FoundCode
from backend.core.client_connect.passwords import refuse_weak
from backend.core.client_connect.with_code import WithCode
from backend.core.gate import refuse_inactive
from backend.core.rows import Unit

MOST_CODES_A_DAY: Final = 5
_DAY: Final = timedelta(days=1)
_WRONG_OTP: Final = "This One-Time-Password is not right, or it was used before."


class RecoveryService(WithCode):
    """Forgotten passwords and locked accounts, for people who are not signed in."""

    def ask(self, form: RecoveryRequest, channel: str, source: str) -> None:
        """Mails a code where login ID and telephone belong together, at most five a day; says nothing in any case."""
        login_id = form.login_id.strip().upper()
        with self.store.reading() as rows:
            account = rows.account(login_id) if login_id.isascii() and login_id.isalnum() else None
        if account is not None and _may_recover(account, form.phone):
            self.store.write(lambda unit: self._mail(unit, account.id, form.phone, channel, source))

    def look(self, text: str, source: str) -> CodeFacts:
        """What a code is for, without using it: mail scanners open links, too. 1010 to 1013, 1015."""
        self.refuse_beyond(source)
        with self.store.reading() as rows:
            found = self.issuer.find(rows, text, self.clock.now())
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
        self.reserve(found, form.code)
        self._judge(found, form.password)
        step = self.codes.step_of(found.account.sealed_seed, form.otp, self.clock.now())
        if step is None and not looks_like_recovery_code(form.otp):
            raise self._wrong(found, CONFIRM_WITH_OTP, channel, source)
        hashed = self.hasher.hash(form.password)

        def unit(unit: Unit) -> Refused | None:
            if not self._spent(unit, found.account, step, form.otp):
                return self._refused(unit, found, CONFIRM_WITH_OTP, channel, source)
            account = self._used(unit, found, form.code)
            unit.set_password(account.id, hashed)
            unit.end_codes(account.id, self.clock.now())
            unit.end_sessions(account.id)
            unit.unlock(account.id)
            unit.bump_access_epoch()
            self.record(unit, "password-reset", account, channel, source)
            self.mailer.changed(unit, account, "password-reset", self.clock.now())
            return None

        self.store.write(unit)

    def unlock(self, form: Unlock, channel: str, source: str) -> None:
        """Clears the lock, with the code, the password and a One-Time-Password. 1001 for either, 1010 to 1013, 1016."""
        self.refuse_beyond(source)
        found = self._found(form.code, "unlock")
        self.reserve(found, form.code)
        right = self.hasher.verify(form.password, found.account.password_hash)
        step = self.codes.step_of(found.account.sealed_seed, form.otp, self.clock.now())

        def unit(unit: Unit) -> Refused | None:
            if not right or not self._spent(unit, found.account, step, form.otp):
                return self._refused(unit, found, SIGN_IN_REFUSED, channel, source)
            account = self._used(unit, found, form.code)
            unit.unlock(account.id)
            self.record(unit, "unlocked", account, channel, source)
            return None

        self.store.write(unit)

    # ── the units ────────────────────────────────────────────────────────────────────────────────────────────

    def _mail(self, unit: Unit, account_id: int, phone: str, channel: str, source: str) -> None:
        now = self.clock.now()
        account = unit.account_by_id(account_id)
        if account is None or not _may_recover(account, phone):
            return
        if unit.codes_made(account_id, "reset", now - _DAY) < MOST_CODES_A_DAY:
            self.issuer.issue(unit, account, "reset", now)
            self.record(unit, "recovery-requested", account, channel, source)

    def _found(self, text: str, purpose: Purpose) -> FoundCode:
        with self.store.reading() as rows:
            return self.issuer.find(rows, text, self.clock.now(), purpose)

    def _judge(self, found: FoundCode, password: str) -> None:
        """1014 gives the try back: it was reserved, for judging takes time."""
        try:
            refuse_weak(password, found.account)
        except Refused:
            self.store.write(lambda unit: unit.give_back_try(found.code.key))
            raise

    def _spent(self, unit: Unit, account: Account, step: int | None, otp: str) -> bool:
        """Whether the second factor was right and unused; it is used from now on."""
        if step is not None:
            return unit.spend_step(account.id, step)
        return self.book.spend(unit, account.id, otp)

    def _used(self, unit: Unit, found: FoundCode, text: str) -> Account:
        """The account as it stands, its code used; undoes the unit where what was verified is not what counts now."""
        then, account = found.account, unit.account_by_id(found.account.id) or found.account
        refuse_inactive(account)
        same = (account.password_hash, account.sealed_seed) == (then.password_hash, then.sealed_seed)
        if not same or not unit.use_code(found.code.key, self.clock.now()):
            self.issuer.refuse(unit, text, self.clock.now())
        return account

    def _wrong(self, found: FoundCode, fault: Fault, channel: str, source: str) -> Refused:
        return self.store.write(lambda unit: self._refused(unit, found, fault, channel, source))

    def _refused(self, unit: Unit, found: FoundCode, fault: Fault, channel: str, source: str) -> Refused:
        """To be returned: the try that was reserved stays counted."""
        self.record(unit, "recovery-refused", found.account, channel, source, fault=fault.number)
        return Refused(fault, what=_WRONG_OTP)


def _may_recover(account: Account, phone: str) -> bool:
    """Suspended, closed and invited accounts get no code."""
    return account.state == "active" and same_phone(account.phone, phone)
