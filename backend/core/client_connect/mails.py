"""Mails: queued in the unit that gives reason for one, sealed until they are sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from backend.contract.messages import Purpose
from backend.contract.rules.shown import shown
from backend.core.accounts import Account
from backend.core.ports import Seals
from backend.core.rows import Unit

MailKind = Literal[Purpose, "notice", "checkpoint"]
NOTICE_LIFE: Final = timedelta(days=7)
_SEALED_AS: Final = b"mail"
OwnChange = Literal["password-changed", "password-reset", "otp-changed", "enrolled", "recovery-codes-made"]
_CHANGED: Final[Mapping[OwnChange, tuple[str, str]]] = {
    "password-changed": ("your password was changed", "The password of your account was changed."),
    "password-reset": (
        "your password was reset",
        "The password of your account was reset with a code from a mail.",
    ),
    "otp-changed": (
        "you have a new authenticator",
        "A new authenticator took the place of the one your account had.",
    ),
    "enrolled": (
        "you have a new authenticator",
        "A new authenticator was set up for your account with a code from a mail.",
    ),
    "recovery-codes-made": (
        "you have new recovery codes",
        "New recovery codes were made for your account; those from before work no more.",
    ),
}
"""What a mail about one's own account is about, and its first sentence."""
_NOT_YOU: Final = "If that was not you, have the account suspended at once: call who administers it."


@dataclass(frozen=True, slots=True)
class Mail:
    """What one mail says to whom; after `until` it is worth nothing to its reader."""

    kind: MailKind
    to: str
    until: datetime
    values: Mapping[str, str] = field(repr=False)


class Undelivered(Exception):
    """It did not get out; `str()` says why, without anything of what it says."""


class Outbox(Protocol):
    """How mails get out."""

    def send(self, mail: Mail, number: int, created: datetime) -> None:
        """Raises `Undelivered` where it may be tried again. `number` and `created` tell a mail sent twice."""
        ...


class Addressed(Protocol):
    """Somebody a mail goes to."""

    @property
    def name(self) -> str: ...

    @property
    def email(self) -> str: ...


class Mailer:
    """Queues mails, and opens those that were queued."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals

    def queue(self, unit: Unit, mail: Mail, now: datetime) -> None:
        unit.add_mails([self._sealed(mail)], now)

    def notice(self, unit: Unit, account: Addressed, subject: str, words: str, now: datetime) -> None:
        """Tells somebody what was done, in a sentence or two; names and reasons in it are other people's words.

        `subject` is ours alone: a mail program shows it to whoever looks over a shoulder.
        """
        self.notices(unit, [(account, words)], subject, now)

    def notices(self, unit: Unit, each: Iterable[tuple[Addressed, str]], subject: str, now: datetime) -> None:
        """The same for many, each in words of their own."""
        values = (
            (one.email, {"name": shown(one.name, 80), "subject": subject, "words": shown(words)}) for one, words in each
        )
        mails = (Mail("notice", email, now + NOTICE_LIFE, said) for email, said in values)
        unit.add_mails([self._sealed(mail) for mail in mails], now)

    def checkpoint(self, unit: Unit, to: Iterable[Addressed], words: str, signed: str, now: datetime) -> None:
        """Sends what the log is, line by line as it was signed."""
        facts = {"subject": "the log's checkpoint", "words": words, "signed": signed}
        mails = (Mail("checkpoint", one.email, now + NOTICE_LIFE, {"name": one.name, **facts}) for one in to)
        unit.add_mails([self._sealed(mail) for mail in mails], now)

    def changed(self, unit: Unit, account: Account, act: OwnChange, now: datetime) -> None:
        """Tells whose account it is that what proves who they are is another now."""
        subject, words = _CHANGED[act]
        self.notice(unit, account, subject, f"{words} {_NOT_YOU}", now)

    def _sealed(self, mail: Mail) -> bytes:
        facts = {"kind": mail.kind, "to": mail.to, "until": mail.until.isoformat(), "values": dict(mail.values)}
        return self._seals.seal(json.dumps(facts).encode(), _SEALED_AS)

    def opened(self, sealed: bytes) -> Mail | None:
        """`None` for what was sealed with another key."""
        plain = self._seals.open(sealed, _SEALED_AS)
        if plain is None:
            return None
        facts = json.loads(plain)
        return Mail(facts["kind"], facts["to"], datetime.fromisoformat(facts["until"]), facts["values"])
