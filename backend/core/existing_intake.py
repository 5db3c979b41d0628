"""The existing ECP's intake: its own accounts, and exactly those folders that have not moved (FAQ Q27)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from backend.contract.faults import EXISTING_ENDED, EXISTING_REFUSED, FORM_NOT_OURS, TOO_MANY_ATTEMPTS, Refused
from backend.core.accounts import Identity
from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.catalogue import FolderRule
from backend.core.client_connect.source_limit import SourceLimit
from backend.core.existing import LOGIN, existing_actor
from backend.core.existing_sessions import ExistingSessions
from backend.core.gate import folders_for
from backend.core.migrating import ExistingAccount
from backend.core.migration import as_of
from backend.core.ports import Clock, Hasher, Store
from backend.core.rows import Rows, Unit
from backend.core.submissions import Submissions

MOST_ATTEMPTS: Final = 5
"""Within 30 minutes. It locks nobody out for longer, for nobody could ask to be unlocked."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is signed in, and the key that their forms bear."""

    actor: Actor
    form_key: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A folder that has not moved, and for whom the account files there."""

    folder: FolderRule
    identities: tuple[Identity, ...]


class ExistingIntake:
    """Accepts by the same rules, into the same log; `submissions` are those of its accounts."""

    def __init__(
        self, store: Store, clock: Clock, hasher: Hasher, ledger: Ledger, submissions: Submissions, key: bytes
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._ledger = ledger
        self._key = key
        self._sources = SourceLimit(clock)
        self.submissions = submissions
        self.sessions = ExistingSessions(clock, key)

    def refuse_ended(self) -> None:
        """410 once it was decommissioned."""
        with self._store.reading() as rows:
            _refuse_ended(rows)

    def sign_in(self, typed: str, password: str, source: str) -> str:
        """The token of a session; 1008 in the same words whatever was wrong, 1007 for too many attempts."""
        self._sources.refuse_beyond(source)
        login = typed.strip().upper()
        mark = hmac.new(self._key, b"x" + login.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        account, attempt = self._store.write(lambda unit: self._reserved(unit, login, mark))
        right = self._hasher.verify(password, account.password_hash if account else None)
        self._store.write(lambda unit: self._judged(unit, account, right, mark, attempt, source))
        return self.sessions.open(login, source)

    def visit(self, token: str, source: str) -> Visit:
        """1005 without a session that is open, and an account that is."""
        session = self.sessions.found(token, source)
        with self._store.reading() as rows:
            _refuse_ended(rows)
            return Visit(existing_actor(rows, session.login, source), session.form_key)

    def refuse_foreign(self, visit: Visit, form_key: str) -> None:
        """A form that another site made does not bear the session's key."""
        if not hmac.compare_digest(visit.form_key.encode(), form_key.encode("utf-8", "replace")):
            raise Refused(FORM_NOT_OURS)

    def offered(self, actor: Actor) -> list[Offered]:
        """What has moved is not there any more."""
        now = self._clock.now()
        with self._store.reading() as rows:
            mine = [(as_of(rows, one, now), identities) for one, identities in folders_for(actor, rows.catalogue())]
        return [Offered(folder, identities) for folder, identities in mine if not folder.moved]

    # ── the units ────────────────────────────────────────────────────────────────────────────────────────────

    def _reserved(self, unit: Unit, login: str, mark: bytes) -> tuple[ExistingAccount | None, int] | Refused:
        """*Reserve, then verify*, as in Client Connect; the same work for a login that nobody has."""
        _refuse_ended(unit)
        now, account = self._clock.now(), _open_account(unit, login)
        throttle = unit.throttle(mark, now, None)
        if throttle.pending + throttle.failed >= MOST_ATTEMPTS:
            return Refused(TOO_MANY_ATTEMPTS)
        return account, unit.reserve(mark, now)

    def _judged(
        self, unit: Unit, account: ExistingAccount | None, right: bool, mark: bytes, attempt: int, source: str
    ) -> Refused | None:
        now = self._clock.now()
        stands = account is not None and _open_account(unit, account.login) == account
        if not (right and stands and account is not None):
            if unit.fail(attempt) and unit.throttle(mark, now, None).failures == 1 and account is not None:
                self._record(unit, "sign-in-refused", account, source, fault=EXISTING_REFUSED.number)
            return Refused(EXISTING_REFUSED)
        self._record(unit, "signed-in", account, source, count=unit.forgive(mark) or None)
        return None

    def _record(self, unit: Unit, act: str, account: ExistingAccount, source: str, **facts: object) -> None:
        who = {"company": account.company, "login_id": account.login, "source": source}
        self._ledger.record(unit, act, self._clock.now(), "existing", **who, **facts)


def _open_account(rows: Rows, login: str) -> ExistingAccount | None:
    account = rows.existing_account(login if LOGIN.fullmatch(login) else "")
    return account if account is not None and account.closed is None else None


def _refuse_ended(rows: Rows) -> None:
    if rows.decommissioned() is not None:
        raise Refused(EXISTING_ENDED)
