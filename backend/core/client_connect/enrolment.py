"""Enrolment of an authenticator with the code that was mailed: an invitation's, or after a One-Time-Password reset.

Two steps in this order: `begin` makes a new secret, `confirm` proves that an authenticator holds it. Until then nothing
counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from backend.contract.faults import CONFIRM_WITH_OTP, NOT_UNDERSTOOD, SIGN_IN_REFUSED, Refused
from backend.contract.messages import BeginEnrolment, ConfirmEnrolment, Enrolment, RecoveryCodes
from backend.core.client_connect.codes import FoundCode
from backend.core.client_connect.passwords import refuse_weak
from backend.core.client_connect.with_code import WithCode
from backend.core.gate import refuse_inactive
from backend.core.rows import Unit


@dataclass
class EnrolmentService(WithCode):
    """Makes an invited account active, and gives a standing one a new authenticator."""

    platform: str
    """Its name, as an authenticator lists it."""

    def begin(self, form: BeginEnrolment, channel: str, source: str) -> Enrolment:
        """A new secret, in place of one begun before. A new password is judged (1014), a standing one verified."""
        self.refuse_beyond(source)
        found = self._proven(form.code, form.password, channel, source)
        seed = self.codes.new_seed()

        def unit(unit: Unit) -> None:
            if not unit.enrol(found.code.key, seed.sealed, self.clock.now()):
                self.issuer.refuse(unit, form.code, self.clock.now())

        self.store.write(unit)
        login_id = found.account.login_id
        return Enrolment(login_id=login_id, secret=seed.secret, uri=otpauth(self.platform, login_id, seed.secret))

    def confirm(self, form: ConfirmEnrolment, channel: str, source: str) -> RecoveryCodes:
        """From now on the authenticator counts and the account is active; ten recovery codes. 1006 for a wrong code."""
        self.refuse_beyond(source)
        found = self._proven(form.code, form.password, channel, source)
        sealed = found.code.sealed_seed
        if sealed is None:
            raise Refused(NOT_UNDERSTOOD, what="No authenticator was set up with this code yet: that comes first.")
        step = self.codes.step_of(sealed, form.otp, self.clock.now())
        if step is None:
            raise Refused(CONFIRM_WITH_OTP, what="The new authenticator does not show this One-Time-Password now.")
        invited = found.code.purpose == "invitation"
        hashed = self.hasher.hash(form.password) if invited else found.account.password_hash

        def unit(unit: Unit) -> RecoveryCodes:
            now = self.clock.now()
            self._use(unit, found, form.code)
            if invited:
                unit.set_password(found.account.id, hashed)
                unit.unlock(found.account.id)
            unit.set_authenticator(found.account.id, sealed, step, now)
            unit.end_codes(found.account.id, now)
            unit.end_sessions(found.account.id)
            unit.bump_access_epoch()
            self.record(unit, "activated" if invited else "enrolled", found.account, channel, source)
            if not invited:
                self.mailer.changed(unit, found.account, "enrolled", now)
            return RecoveryCodes(login_id=found.account.login_id, codes=self.book.make(unit, found.account.id))

        return self.store.write(unit)

    def _proven(self, text: str, password: str, channel: str, source: str) -> FoundCode:
        """The open code of somebody whose password is acceptable, or right where there is one."""
        with self.store.reading() as rows:
            found = self.issuer.find(rows, text, self.clock.now(), "invitation", "enrolment")
        if found.code.purpose == "invitation":
            refuse_weak(password, found.account)
        else:
            self._verify(found, text, password, channel, source)
        return found

    def _verify(self, found: FoundCode, text: str, password: str, channel: str, source: str) -> None:
        """Reserves a try before it looks, and gives it back where the password was right."""

        self.reserve(found, text)
        right = self.hasher.verify(password, found.account.password_hash)

        def settle(unit: Unit) -> Refused | None:
            if right:
                unit.give_back_try(found.code.key)
                refuse_inactive(found.account)
                return None
            self.record(unit, "recovery-refused", found.account, channel, source, fault=SIGN_IN_REFUSED.number)
            return Refused(SIGN_IN_REFUSED)

        self.store.write(settle)

    def _use(self, unit: Unit, found: FoundCode, text: str) -> None:
        """Uses the code, if what was confirmed is still what was begun with it; an invited account is active then."""
        code, account = unit.code(found.code.key), unit.account_by_id(found.account.id)
        if code is None or account is None or code.sealed_seed != found.code.sealed_seed:
            raise Refused(CONFIRM_WITH_OTP, what="The authenticator was set up anew meanwhile: use the newest secret.")
        invited = code.purpose == "invitation"
        if not invited:
            refuse_inactive(account)
        used = unit.use_code(code.key, self.clock.now())
        if not used or (invited and not unit.move_account(account.id, "invited", "active")):
            self.issuer.refuse(unit, text, self.clock.now())


def otpauth(platform: str, login_id: str, secret: str) -> str:
    """What an authenticator scans; as short as it can be, for a QR code must fit a terminal."""
    return f"otpauth://totp/{quote(platform)}:{login_id}?secret={secret}"
