"""Confirmation: a One-Time-Password given inside a session, for what a session alone may not do.

Each try counts as wrong before it is looked at, so that neither parallel guesses nor a process that dies can outrun the
limit: whoever holds a stolen session has five.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from backend.contract.faults import CONFIRM_WITH_OTP, OTP_USED, SESSION_ENDED, Refused
from backend.contract.messages import Confirmed
from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.client_connect.recovery_codes import RecoveryCodeBook
from backend.core.ports import Clock, Codes, Store
from backend.core.rows import Unit

CONFIRMED_FOR: Final = timedelta(minutes=5)
MOST_WRONG: Final = 5


def refuse_unconfirmed(actor: Actor, now: datetime) -> None:
    """1006 unless a One-Time-Password was given in the actor's session within the last five minutes."""
    if actor.confirmed is None or now - actor.confirmed > CONFIRMED_FOR:
        raise Refused(
            CONFIRM_WITH_OTP, what="Approvals ask for a One-Time-Password when the last was over 5 minutes ago."
        )


def session_id(key: bytes) -> str:
    """What a session is called: it says nothing of its key."""
    return hashlib.sha256(key).hexdigest()[:16]


class Confirmation:
    """Finds out whether the one in a session is who signed in; five wrong tries in a row end the session."""

    def __init__(self, store: Store, clock: Clock, codes: Codes, book: RecoveryCodeBook, ledger: Ledger) -> None:
        self._store = store
        self._clock = clock
        self._codes = codes
        self._book = book
        self._ledger = ledger

    def confirm(self, actor: Actor, otp: str) -> Confirmed:
        """For five minutes of approvals; 1004 for a code used before, 1006 for a wrong one, 1005 after five."""

        def unit(unit: Unit) -> Refused | None:
            refused = self.prove(unit, actor, otp)
            if refused is None:
                self.record(unit, actor, "confirmed")
            return refused

        self._store.write(unit)
        return Confirmed(until=self._clock.now() + CONFIRMED_FOR)

    # Where these refuse, the unit is to return what they refuse with, so that the count outlives it.

    def prove(self, unit: Unit, actor: Actor, otp: str) -> Refused | None:
        """None if it is the One-Time-Password of now, or a recovery code; either is spent then."""
        return self.reserve(unit, actor) or self.settle(unit, actor, otp, "This One-Time-Password is not right.")

    def reserve(self, unit: Unit, actor: Actor) -> Refused | None:
        """Counts one try as wrong, until `settle` or `passed` finds it right."""
        tries = unit.count_otp(_session(actor))
        if tries > MOST_WRONG:
            self._end(unit, actor, tries - 1)
        return None if 0 < tries <= MOST_WRONG else Refused(SESSION_ENDED)

    def settle(self, unit: Unit, actor: Actor, otp: str, wrong: str, *, password: bool = True) -> Refused | None:
        """What became of a reserved try; `password`: whether the password was right, where one was asked for.

        `wrong` is what 1006 says, whichever of them was.
        """
        key = _session(actor)
        session = unit.session(key)
        if session is None:
            return Refused(SESSION_ENDED)
        account = session.account
        step = self._codes.step_of(account.sealed_seed if password else None, otp, self._clock.now())
        if step is not None and not unit.spend_step(account.id, step):
            unit.discount_otp(key)
            return Refused(OTP_USED)
        if step is None and not (password and self._book.spend(unit, account.id, otp)):
            return self.wrong(unit, actor, wrong)
        self.passed(unit, actor)
        return None

    def give_back(self, unit: Unit, actor: Actor) -> None:
        """Takes a reserved try back: what it was to prove was right, and came to nothing otherwise."""
        unit.discount_otp(_session(actor))

    def passed(self, unit: Unit, actor: Actor) -> None:
        unit.confirm_session(_session(actor), self._clock.now())

    def wrong(self, unit: Unit, actor: Actor, what: str) -> Refused:
        """1006, or the end of the session where this was the last try it had."""
        session = unit.session(_session(actor))
        if session is not None and session.wrong_otps < MOST_WRONG:
            return Refused(CONFIRM_WITH_OTP, what=what)
        self._end(unit, actor, MOST_WRONG)
        return Refused(SESSION_ENDED)

    def record(self, unit: Unit, actor: Actor, act: str, **facts: object) -> None:
        """Leaves an act of somebody on their own account; its object is the session."""
        who = {"company": actor.company, "login_id": actor.login_id, "source": actor.source}
        whose = {"object": session_id(_session(actor)), **who, **facts}
        self._ledger.record(unit, act, self._clock.now(), actor.channel, **whose)

    def _end(self, unit: Unit, actor: Actor, wrong: int) -> None:
        if unit.end_session(_session(actor)):
            unit.bump_access_epoch()
            self.record(unit, actor, "confirmation-refused", fault=CONFIRM_WITH_OTP.number, count=wrong)


def _session(actor: Actor) -> bytes:
    """1005 for whoever asks outside any session."""
    if actor.session is None:
        raise Refused(SESSION_ENDED)
    return actor.session
