"""Operators invited at the server itself: the first ones, and break-glass when nobody can sign in any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.messages import CreateUser
from backend.contract.rules.codes import grouped
from backend.contract.rules.contacts import e164
from backend.contract.rules.forms import FEWEST
from backend.core.accounts import Account
from backend.core.activity import Ledger
from backend.core.client_connect.changes.subjects import refuse_shared_phone, refuse_taken_email, refuse_taken_login_id
from backend.core.client_connect.codes import LIVES, CodeIssuer
from backend.core.client_connect.mails import Mailer
from backend.core.client_connect.ports.people import NewAccount
from backend.core.ports import Clock, Store
from backend.core.rows import Rows, Unit

_CHANNEL = "server"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An operator and the code to begin with, which is shown this once; `None`: one that stands was not made again."""

    login_id: str
    name: str
    code: str | None
    expires: datetime


class Operators:
    """Invites operators without maker and checker. For whoever has the server's own machine, and leaves an entry."""

    def __init__(self, store: Store, clock: Clock, ledger: Ledger, issuer: CodeIssuer, mailer: Mailer) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._issuer = issuer
        self._mailer = mailer

    def standing(self) -> list[Account]:
        """All operators that are not closed."""
        with self._store.reading() as rows:
            return _operators(rows)

    def invite_first(self, people: Sequence[CreateUser]) -> list[Invitation]:
        """The first operators, all or none; who was invited before is left as they are."""

        def unit(unit: Unit) -> list[Invitation]:
            standing = {one.login_id for one in _operators(unit)}
            invited = [self._first(unit, one, one.login_id in standing) for one in people]
            if len(_operators(unit)) < FEWEST:
                raise Refused(NOT_UNDERSTOOD, what="Two operators are needed at least, as maker and checker.")
            return invited

        return self._store.write(unit)

    def invite(self, people: Mapping[str, CreateUser | None]) -> list[Invitation]:
        """Break-glass, all or none: new operators, or such as begin anew with another password and authenticator.

        A suspension of theirs ends with it. All operators and delegated administrators are told by mail.
        """

        def unit(unit: Unit) -> list[Invitation]:
            now, invited = self._clock.now(), []
            for login_id, new in people.items():
                account = self._begun(unit, login_id, new, now)
                code = self._issuer.issue(unit, account, "invitation", now)
                self._told(unit, account, now)
                invited.append(self._invitation(unit, account, code, now))
            unit.bump_access_epoch()
            return invited

        return self._store.write(unit)

    def _first(self, unit: Unit, new: CreateUser, stands: bool) -> Invitation:
        now = self._clock.now()
        if stands:
            return Invitation(new.login_id, new.name, None, now + LIVES["invitation"])
        account = self._added(unit, new)
        return self._invitation(unit, account, self._issuer.issue(unit, account, "invitation", now), now)

    def _added(self, unit: Unit, new: CreateUser) -> Account:
        refuse_taken_login_id(unit, new.login_id)
        refuse_taken_email(unit, new.email)
        refuse_shared_phone(unit, None, new.phone)
        facts = NewAccount(new.login_id, "operator", None, new.name, new.email, "personal", e164(new.phone))
        return _known(unit, unit.add_account(facts))

    def _begun(self, unit: Unit, login_id: str, new: CreateUser | None, now: datetime) -> Account:
        """Invited from now on, whatever was before."""
        if new is not None:
            return self._added(unit, new)
        account = unit.account(login_id)
        if account is None or account.kind != "operator" or account.state == "closed":
            what = f'There is no operator {login_id}. For a new one: "{login_id},NAME,EMAIL,PHONE".'
            raise Refused(NOT_UNDERSTOOD, what=what)
        unit.end_sessions(account.id)
        unit.end_codes(account.id, now)
        unit.forget_otp(account.id)
        unit.unlock(account.id)
        unit.lift_suspension(account.id)
        unit.move_account(account.id, "active", "invited")
        return _known(unit, account.id)

    def _invitation(self, unit: Unit, account: Account, code: str, now: datetime) -> Invitation:
        self._ledger.record(unit, "operator-invited", now, _CHANNEL, subject=account.login_id)
        return Invitation(account.login_id, account.name, grouped(code), now + LIVES["invitation"])

    def _told(self, unit: Unit, invited: Account, now: datetime) -> None:
        words = (
            f"{invited.login_id} ({invited.name}) was invited as an operator at the server itself, without maker and "
            "checker. If nobody told you why, ask the operator at once."
        )
        told_of_break_glass(unit, self._mailer, "an operator was invited", words, now)


def told_of_break_glass(unit: Unit, mailer: Mailer, subject: str, words: str, now: datetime) -> None:
    """What was done at the server itself, all operators and delegated administrators hear of."""
    companies = [None, *(one.code for one in unit.companies())]
    for account in (one for company in companies for one in unit.accounts_of(company)):
        if account.state == "active" and (account.kind == "operator" or account.services):
            mailer.notice(unit, account, subject, words, now)


def _operators(rows: Rows) -> list[Account]:
    return [one for one in rows.accounts_of(None) if one.kind == "operator" and one.state != "closed"]


def _known(unit: Unit, account_id: int) -> Account:
    account = unit.account_by_id(account_id)
    if account is None:
        raise LookupError(account_id)
    return account
