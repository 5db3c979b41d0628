"""One's own profile: the password, the authenticator and the recovery codes of whoever is signed in.

Each asks for proof beyond the session, and each wrong one counts on it: a stolen session guesses five times.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from backend.contract.faults import NOT_UNDERSTOOD, PASSWORD_NOT_ACCEPTABLE, Refused
from backend.contract.messages import BeginOtp, ChangePassword, Enrolment, Profile, RecoveryCodes
from backend.core.accounts import Account
from backend.core.actor import Actor
from backend.core.client_connect.confirmation import Confirmation
from backend.core.client_connect.enrolment import otpauth
from backend.core.client_connect.mails import Mailer, OwnChange
from backend.core.client_connect.passwords import normal, refuse_weak
from backend.core.client_connect.recovery_codes import RecoveryCodeBook
from backend.core.ports import Clock, Codes, Hasher, Store
from backend.core.rows import Unit

ENROL_FOR: Final = timedelta(minutes=15)
"""How long after the last proof a new authenticator may be confirmed: what was begun and left lying opens nothing."""
_WRONG_PAIR: Final = "Password and One-Time-Password do not belong together."


class ProfileService:
    """Shows the profile and changes what proves who one is."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hasher: Hasher,
        codes: Codes,
        book: RecoveryCodeBook,
        confirmation: Confirmation,
        mailer: Mailer,
        platform: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._codes = codes
        self._book = book
        self._confirmation = confirmation
        self._mailer = mailer
        self._platform = platform

    def profile(self, actor: Actor) -> Profile:
        account = actor.account
        with self._store.reading() as rows:
            session = rows.session(actor.session) if actor.session else None
            return Profile(
                login_id=account.login_id,
                name=account.name,
                kind=account.kind,
                company_name=account.company_name,
                email=account.email,
                email_kind=account.email_kind,
                phone=account.phone,
                recovery_codes=rows.recovery_codes_left(account.id),
                otp_since=rows.authenticator(account.id).since,
                last_sign_in=session.last_sign_in if session else None,
                last_source=session.last_source if session else None,
            )

    def change_password(self, actor: Actor, form: ChangePassword) -> None:
        """Ends all other sessions. 1004, 1006 and 1005 as for any proof, 1014 for the new one.

        The new one is judged only after a try was counted, for that takes time; 1014 gives the try back, and the
        One-Time-Password, to whoever had both right.
        """
        right = self._right(actor, form.password)
        weak = _weakness(form, actor.account)
        hashed = self._hasher.hash(form.new_password)

        def unit(unit: Unit) -> Refused | None:
            refused = self._settle(unit, actor, form.otp, right)
            if refused is None and weak is not None:
                raise weak
            if refused is None:
                unit.set_password(actor.account.id, hashed)
                self._changed(unit, actor, "password-changed")
            return refused

        try:
            self._store.write(unit)
        except Refused as refused:
            if refused is weak:
                self._store.write(lambda unit: self._confirmation.give_back(unit, actor))
            raise

    def begin_otp(self, actor: Actor, form: BeginOtp) -> Enrolment:
        """The secret of a new authenticator; the one at hand counts until a code of the new one was given."""
        right = self._right(actor, form.password)
        seed = self._codes.new_seed()

        def unit(unit: Unit) -> Refused | None:
            refused = self._settle(unit, actor, form.otp, right)
            if refused is None:
                unit.begin_authenticator(actor.account.id, seed.sealed)
                self._confirmation.record(unit, actor, "otp-begun")
            return refused

        self._store.write(unit)
        login_id = actor.login_id
        return Enrolment(login_id=login_id, secret=seed.secret, uri=otpauth(self._platform, login_id, seed.secret))

    def confirm_otp(self, actor: Actor, otp: str) -> RecoveryCodes:
        """From now on the new authenticator counts; other sessions end, and there are ten new recovery codes."""

        def unit(unit: Unit) -> RecoveryCodes | Refused:
            now = self._clock.now()
            pending = unit.authenticator(actor.account.id).pending
            if pending is None or actor.confirmed is None or now - actor.confirmed > ENROL_FOR:
                return Refused(NOT_UNDERSTOOD, what="No authenticator was set up within 15 minutes: that comes first.")
            refused = self._confirmation.reserve(unit, actor)
            if refused is not None:
                return refused
            step = self._codes.step_of(pending, otp, now)
            if step is None:
                what = "The new authenticator does not show this One-Time-Password now."
                return self._confirmation.wrong(unit, actor, what)
            unit.set_authenticator(actor.account.id, pending, step, now)
            self._confirmation.passed(unit, actor)
            self._changed(unit, actor, "otp-changed")
            return RecoveryCodes(login_id=actor.login_id, codes=self._book.make(unit, actor.account.id))

        return self._store.write(unit)

    def new_recovery_codes(self, actor: Actor, otp: str) -> RecoveryCodes:
        """Ten, in place of all from before."""

        def unit(unit: Unit) -> RecoveryCodes | Refused:
            refused = self._confirmation.prove(unit, actor, otp)
            if refused is not None:
                return refused
            self._confirmation.record(unit, actor, "recovery-codes-made")
            self._mailer.changed(unit, actor.account, "recovery-codes-made", self._clock.now())
            return RecoveryCodes(login_id=actor.login_id, codes=self._book.make(unit, actor.account.id))

        return self._store.write(unit)

    def _right(self, actor: Actor, password: str) -> str | None:
        """The hash this password belongs to, if it is the account's; counted as wrong before it is looked at."""

        def unit(unit: Unit) -> str | Refused:
            account = unit.account_by_id(actor.account.id)
            refused = self._confirmation.reserve(unit, actor)
            return refused or (account.password_hash if account is not None else "")

        hashed = self._store.write(unit)
        return hashed if self._hasher.verify(password, hashed) else None

    def _settle(self, unit: Unit, actor: Actor, otp: str, right: str | None) -> Refused | None:
        """The password must still be the one that was looked at."""
        account = unit.account_by_id(actor.account.id)
        password = account is not None and account.password_hash == right
        return self._confirmation.settle(unit, actor, otp, _WRONG_PAIR, password=password)

    def _changed(self, unit: Unit, actor: Actor, act: OwnChange) -> None:
        """What was begun with what proved it before ends."""
        unit.end_sessions(actor.account.id, but=actor.session)
        unit.end_codes(actor.account.id, self._clock.now())
        unit.bump_access_epoch()
        self._confirmation.record(unit, actor, act)
        self._mailer.changed(unit, actor.account, act, self._clock.now())


def _weakness(form: ChangePassword, account: Account) -> Refused | None:
    if normal(form.new_password) == normal(form.password):
        return Refused(PASSWORD_NOT_ACCEPTABLE, what="It is the one you have now.")
    try:
        refuse_weak(form.new_password, account)
    except Refused as weak:
        return weak
    return None
