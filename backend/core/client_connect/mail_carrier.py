"""The mail carrier: sends what was queued once it is committed, and again later where it could not be sent.

A mail is claimed by putting off when it is due. Whoever claims it sends it; a process that dies before it could say so
leaves it to be claimed again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Final

import structlog

from backend.core.client_connect.mails import Mailer, Outbox, Undelivered
from backend.core.client_connect.ports.codes import DueMail
from backend.core.figures import Tally
from backend.core.ports import Clock, Store
from backend.core.rows import Unit
from backend.logs import under_reference

POLL_SECONDS: Final = 1.0
FIRST_DELAY: Final = timedelta(seconds=60)
"""Longer than one sending may take."""
LONGEST_DELAY: Final = timedelta(hours=1)
REMEMBERED: Final = timedelta(days=30)
"""That there was a mail, and when it was sent; its words go at once."""
_AT_ONCE: Final = 20
_PATIENCE: Final = 5.0
_log = structlog.get_logger(__name__)


class MailCarrier:
    """A thread of each backend. Mails that came too late for their reader are not sent any more."""

    def __init__(self, store: Store, clock: Clock, mailer: Mailer, outbox: Outbox, tally: Tally) -> None:
        self._tally = tally
        self._store = store
        self._clock = clock
        self._mailer = mailer
        self._outbox = outbox
        self._carrying = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._run, name="mail-carrier", daemon=True)

    def carry(self) -> int:
        """Sends what is due; returns how many mails went out."""
        with self._carrying:
            with self._store.reading() as rows:
                due = rows.due_mails(self._clock.now(), _AT_ONCE)
            return sum(self._carried(mail) for mail in due if not self._stop.is_set())

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is being sent has a moment to arrive."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            try:
                with under_reference():
                    self.carry()
                self._tally.done("mail", self._clock.now())
            except Exception as error:  # whatever ails the database now, it is asked again
                _log.warning("mails cannot be carried", error=type(error).__name__)

    def _carried(self, due: DueMail) -> bool:
        now = self._clock.now()
        delay = min(FIRST_DELAY * 2 ** min(due.tries, 10), LONGEST_DELAY)
        if not self._store.write(lambda unit: unit.claim_mail(due, now + delay)):
            return False
        sent = self._sent(due, now)
        if sent is not None:
            self._store.write(lambda unit: _finish(unit, due, now, sent=sent))
        return bool(sent)

    def _sent(self, due: DueMail, now: datetime) -> bool | None:
        """Whether it went out; `None` where it is to be tried again."""
        mail = self._mailer.opened(due.sealed)
        if mail is None or now >= mail.until:
            _log.warning("a mail is not sent any more", mail=due.id, tries=due.tries)
            return False
        try:
            self._outbox.send(mail, due.id, due.created)
        except Undelivered as error:
            _log.warning("a mail could not be sent", mail=due.id, kind=mail.kind, tries=due.tries + 1, error=str(error))
            return None
        except Exception as error:  # one mail that cannot be written must not keep back the others
            _log.error("a mail failed", mail=due.id, kind=mail.kind, error=type(error).__name__)
            return None
        return True


def _finish(unit: Unit, mail: DueMail, now: datetime, *, sent: bool) -> None:
    unit.finish_mail(mail.id, now if sent else None)
    unit.forget_mails(now - REMEMBERED)
