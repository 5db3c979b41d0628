"""SFTP keys that will expire: their owners and those who administer them are told by mail, 30 and 7 days before."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from backend.core.accounts import SftpKey
from backend.core.client_connect.mails import Mailer
from backend.core.ports import Clock, Store
from backend.core.rows import Unit

WARNED_BEFORE: Final = (7, 30)
"""Days. The fewer come first: a key that is that late already is told of once."""


class KeyWarnings:
    """Run by the hourly sweep; each warning is queued in the unit that notes it."""

    def __init__(self, store: Store, clock: Clock, mailer: Mailer) -> None:
        self._store = store
        self._clock = clock
        self._mailer = mailer

    def warn(self) -> int:
        """Returns of how many keys somebody was told."""

        def unit(unit: Unit) -> int:
            now = self._clock.now()
            found = [unit.sftp_key(one) for days in WARNED_BEFORE for one in unit.warn_keys(now, days)]
            live = [key for key in found if key is not None and key.account.state != "closed"]
            for key in live:
                self._tell(unit, key, now)
            return len(live)

        return self._store.write(unit)

    def _tell(self, unit: Unit, key: SftpKey, now: datetime) -> None:
        account = key.account
        days = max(1, (key.expires - now).days)
        words = (
            f"The SFTP key {key.fingerprint} of {account.login_id} expires in {days} {'day' if days == 1 else 'days'}. "
            "From then on it opens no connection. Replace it in SFTP access, place 5 of the console."
        )
        subject = f"an SFTP key expires in {days} {'day' if days == 1 else 'days'}"
        helping = [one for one in unit.accounts_of(account.company) if "ecp" in one.services and one.state == "active"]
        for one in {each.id: each for each in (account, *helping)}.values():
            self._mailer.notice(unit, one, subject, words, now)
