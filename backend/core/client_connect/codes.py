"""One-time codes that come by mail: made, found again, and what is wrong with one that does not work any more."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NoReturn
from zoneinfo import ZoneInfo

from backend.contract.faults import (
    CODE_EXPIRED,
    CODE_REPLACED,
    CODE_USED,
    INVITATION_ENDED,
    NOT_UNDERSTOOD,
    Refused,
)
from backend.contract.messages import AccountState, Purpose
from backend.contract.rules.codes import BODY, code_of, grouped, read_code
from backend.contract.rules.shown import shown
from backend.core.accounts import Account
from backend.core.client_connect.mails import Mail, Mailer
from backend.core.client_connect.ports.codes import OneTimeCode
from backend.core.rows import Rows, Unit

MOST_TRIES: Final = 5
LIVES: Final[dict[Purpose, timedelta]] = {
    "reset": timedelta(hours=2),
    "invitation": timedelta(hours=72),
    "enrolment": timedelta(hours=72),
    "unlock": timedelta(minutes=30),
}
LIFE_WORDS: Final[dict[Purpose, str]] = {
    "reset": "2 hours",
    "invitation": "72 hours",
    "enrolment": "72 hours",
    "unlock": "30 minutes",
}
REMEMBERED: Final = timedelta(days=30)
"""How long one that has expired can still be told apart from one that never was."""
_LONGEST_NAME: Final = 80
_MEANT_FOR: Final[dict[Purpose, str]] = {
    "reset": "resetting a password",
    "invitation": "a new account",
    "enrolment": "setting up a new authenticator",
    "unlock": "unlocking an account",
}
_NEXT: Final[dict[Purpose, str]] = {
    "reset": "Ask for a new one: F4 when signing in, then Forgotten password.",
    "invitation": "Ask {ask} for a new invitation.",
    "enrolment": "Ask {ask} to reset the One-Time-Password once more.",
    "unlock": "Ask {ask} to unlock the account, or reset its password: F4 when signing in.",
}
_STRANGE: Final = "Check that it comes from this platform's newest mail, or ask for a new one: F4 when signing in."


@dataclass(frozen=True, slots=True)
class FoundCode:
    """An open code, and the account it was mailed to."""

    code: OneTimeCode
    account: Account


class CodeIssuer:
    """Makes codes and finds them again. An HMAC under a key outside the database is all that is kept of one."""

    def __init__(self, mailer: Mailer, zone: ZoneInfo, key: bytes) -> None:
        self._mailer = mailer
        self._zone = zone
        self._key = key

    def issue(self, unit: Unit, account: Account, purpose: Purpose, now: datetime) -> str:
        """A new code, replacing older ones of that purpose; its mail is queued in the same unit. Returns the code."""
        text = code_of(secrets.token_bytes(BODY))
        expires = now + LIVES[purpose]
        unit.forget_codes(now - REMEMBERED)
        unit.add_code(OneTimeCode(self._mac(text), account.id, purpose, now, expires))
        values = {
            "login_id": account.login_id,
            "name": shown(account.name, _LONGEST_NAME),
            "company": shown(account.company_name, _LONGEST_NAME),
            "ask": ask_of(account),
            "code": grouped(text),
            "life": LIFE_WORDS[purpose],
            "until": self._told(expires, now),
        }
        self._mailer.queue(unit, Mail(purpose, account.email, expires, values), now)
        return text

    def find(self, rows: Rows, text: str, now: datetime, *purposes: Purpose) -> FoundCode:
        """The open code that somebody typed, for one of these purposes, or for any where none is named.

        Raises 1010 to 1013 and 1015. A code that never was and one whose account is gone answer alike.
        """
        code = rows.code(self._mac(read_code(text)))
        account = rows.account_by_id(code.account_id) if code is not None else None
        if code is None or account is None or not _concerns(code, account.state):
            raise Refused(CODE_USED, what="No code like this is waiting here.", fix=_STRANGE)
        if purposes and code.purpose not in purposes:
            raise Refused(NOT_UNDERSTOOD, what=f"This code is for {_MEANT_FOR[code.purpose]}.")
        self._refuse_ended(code, account, now)
        return FoundCode(code, account)

    def refuse(self, rows: Rows, text: str, now: datetime) -> NoReturn:
        """Raises why a code that was open a moment ago is not any more."""
        self.find(rows, text, now)
        raise Refused(CODE_USED, what="The account was changed this very moment.", fix=_STRANGE)

    def _refuse_ended(self, code: OneTimeCode, account: Account, now: datetime) -> None:
        ask = ask_of(account)
        fix = _NEXT[code.purpose].format(ask=ask)
        if code.used is not None:
            what = f"At {self._told(code.used, now)} it was used, or the account was changed otherwise."
            if code.purpose == "invitation":
                raise Refused(INVITATION_ENDED, what=what, ask=ask)
            raise Refused(CODE_USED, what=what, fix=fix)
        if code.replaced is not None:
            raise Refused(CODE_REPLACED, replaced=self._told(code.replaced, now))
        if now >= code.expires:
            life, ended = LIFE_WORDS[code.purpose], self._told(code.expires, now)
            if code.purpose == "invitation":
                raise Refused(INVITATION_ENDED, what=f"It was good for {life} and ended at {ended}.", ask=ask)
            raise Refused(CODE_EXPIRED, life=life, ended=ended, fix=fix)
        if code.tries >= MOST_TRIES:
            raise Refused(CODE_USED, what=f"It was tried {MOST_TRIES} times, so it works no more.", fix=fix)

    def _told(self, instant: datetime, now: datetime) -> str:
        """The time of day where the platform is; with its date, if that is not today's."""
        there, here = instant.astimezone(self._zone), now.astimezone(self._zone)
        return there.strftime("%H:%M" if there.date() == here.date() else "%H:%M on %d %b %Y")

    def _mac(self, text: str) -> bytes:
        return hmac.new(self._key, text.encode(), hashlib.sha256).digest()


def ask_of(account: Account) -> str:
    """Who helps somebody who cannot sign in."""
    return "your delegated administrators" if account.kind == "business" else "the operator"


def _concerns(code: OneTimeCode, state: AccountState) -> bool:
    """A closed account has no codes, and one that is still invited has its invitation alone."""
    return state != "closed" and (code.purpose == "invitation" or state != "invited")
