"""Who one can be in the demo as things stand: those it began with, and whoever joined meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import DemoCredentials, DemoPerson
from backend.core.accounts import Account
from backend.core.rows import Rows
from backend.demo.authenticator import DemoAuthenticator
from backend.demo.people import ACCOUNTS
from backend.demo.world import Credentials
from backend.wiring import Platform

JOINED: Final = "joined in this demo"
_STAFF: Final = "The exchange"
_CHOSE: Final = ("activated", "password-reset")
"""Acts after which somebody knows the password of an account."""
_LOOKED_AT: Final = 200
_TO_TRY: Final = "Sign in with the password you chose"


class Cast:
    """The people of the landing page, and what each of them would type."""

    def __init__(self, platform: Platform, people: Sequence[Credentials], authenticator: DemoAuthenticator) -> None:
        self._platform = platform
        self._authenticator = authenticator
        self._seeded = {one.login_id: one for one in people}
        self._stands: dict[str, bool] = {}
        """Whether a password hash is still that of the seeded password: each is looked at once."""

    def people(self) -> list[DemoPerson]:
        """Those it began with, who joined, who is kept out; no colleagues whose password nobody knows."""
        with self._platform.store.reading() as rows:
            firms = (None, *(firm.code for firm in rows.companies()))
            accounts = [one for firm in firms for one in rows.accounts_of(firm)]
            standing = {one.login_id: one for one in accounts if one.state != "closed"}
            locked = rows.locked([one.id for one in standing.values()])
            others = sorted(self._others(rows, standing, locked), key=lambda one: one.state != "active")
        return [*self._began(standing, locked), *others]

    def _began(self, standing: dict[str, Account], locked: set[int]) -> Iterator[DemoPerson]:
        for who in ACCOUNTS:
            if (account := standing.get(who.login_id)) is not None:
                yield _person(account, account.id in locked, who.role, who.to_try)

    def _others(self, rows: Rows, standing: dict[str, Account], locked: set[int]) -> Iterator[DemoPerson]:
        for account in standing.values():
            if account.login_id not in self._seeded:
                kept_out = account.state != "active" or account.id in locked
                if kept_out or any(act.act in _CHOSE for act in rows.acts_of(account, None, _LOOKED_AT)):
                    yield _person(account, account.id in locked, JOINED, _TO_TRY)

    def credentials(self, login_id: str) -> DemoCredentials:
        """The code of the account's authenticator as it stands; the password only while it is the seeded one."""
        with self._platform.store.reading() as rows:
            account = rows.account(login_id.upper())
        if account is None or account.state == "closed":
            raise Refused(NOT_FOUND)
        shown = self._authenticator.shows(account)
        return DemoCredentials(
            login_id=account.login_id, password=self._password(account), otp=shown.otp, wait=shown.wait
        )

    def _password(self, account: Account) -> str:
        seeded = self._seeded.get(account.login_id)
        if seeded is None or not account.password_hash:
            return ""
        if account.password_hash not in self._stands:
            right = self._platform.hasher.verify(seeded.password, account.password_hash)
            self._stands[account.password_hash] = right
        return seeded.password if self._stands[account.password_hash] else ""


def _person(account: Account, locked: bool, role: str, to_try: str) -> DemoPerson:
    return DemoPerson(
        login_id=account.login_id,
        name=account.name,
        company=account.company_name or _STAFF,
        role=role,
        to_try=to_try,
        state="locked" if locked and account.state == "active" else account.state,
    )
