"""What every act with a code from a mail shares: what it is done with, its tries, and its entry."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.accounts import Account
from backend.core.activity import Ledger
from backend.core.client_connect.codes import MOST_TRIES, CodeIssuer, FoundCode
from backend.core.client_connect.mails import Mailer
from backend.core.client_connect.recovery_codes import RecoveryCodeBook
from backend.core.client_connect.source_limit import SourceLimit
from backend.core.ports import Clock, Codes, Hasher, Store
from backend.core.rows import Unit


@dataclass
class WithCode:
    """The base of both services for people who hold a code."""

    store: Store
    clock: Clock
    hasher: Hasher
    codes: Codes
    ledger: Ledger
    issuer: CodeIssuer
    mailer: Mailer
    book: RecoveryCodeBook
    sources: SourceLimit

    def refuse_beyond(self, source: str) -> None:
        """Counts one request from this source; 1007 beyond the limit."""
        self.sources.refuse_beyond(source)

    def reserve(self, found: FoundCode, text: str) -> None:
        """Counts one try before anything is verified; refuses where the code has none left, or ended meanwhile."""

        def unit(unit: Unit) -> None:
            if not unit.try_code(found.code.key, MOST_TRIES, self.clock.now()):
                self.issuer.refuse(unit, text, self.clock.now())

        self.store.write(unit)

    def record(
        self, unit: Unit, act: str, account: Account, channel: str, source: str, fault: int | None = None
    ) -> None:
        who = {"company": account.company, "login_id": account.login_id, "source": source}
        self.ledger.record(unit, act, self.clock.now(), channel, fault=fault, **who)
