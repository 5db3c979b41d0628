"""The existing ECP's accounts: made and closed at the server itself, for they end with it."""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Sequence

from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, Refused
from backend.contract.rules.shown import shown
from backend.core.activity import Ledger
from backend.core.existing import LOGIN
from backend.core.migrating import ExistingAccount
from backend.core.ports import Clock, Hasher, Store
from backend.core.rows import Unit

_LONGEST_NAME = 80


class ExistingAccounts:
    """Each act leaves an entry."""

    def __init__(self, store: Store, clock: Clock, ledger: Ledger, hasher: Hasher) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._hasher = hasher

    def add(self, login: str, company: str, name: str, identity_codes: Sequence[str], password: str = "") -> str:
        """Its password, which nobody sees again; 9002 for a login or identity that cannot be."""
        login, company, password = login.strip().upper(), company.strip().upper(), password or new_password()
        if not LOGIN.fullmatch(login):
            raise Refused(NOT_UNDERSTOOD, what=f"{shown(login, 40)} is no login here: write COMPANY-NAME, as ACME-OPS.")
        if not name.strip() or shown(name, _LONGEST_NAME) != name:
            raise Refused(NOT_UNDERSTOOD, what="Name the account in at most 80 printed characters.")
        codes = tuple(dict.fromkeys(identity_codes))
        account = ExistingAccount(login, company, name, self._hasher.hash(password), codes)
        self._store.write(lambda unit: self._added(unit, account))
        return password

    def close(self, login: str) -> None:
        """Its sessions end with it; 2001 where there is none that is open."""
        login = login.strip().upper()

        def unit(unit: Unit) -> None:
            now, account = self._clock.now(), unit.existing_account(login)
            if account is None or not unit.close_existing_account(login, now):
                raise Refused(NOT_FOUND)
            self._ledger.record(unit, "existing-account-closed", now, "server", company=account.company, subject=login)

        self._store.write(unit)

    def listed(self) -> list[ExistingAccount]:
        with self._store.reading() as rows:
            return rows.existing_accounts()

    def _added(self, unit: Unit, account: ExistingAccount) -> None:
        firm, held = unit.company(account.company), unit.identities(account.company)
        if firm is None or firm.state != "active":
            raise Refused(NOT_UNDERSTOOD, what=f"{shown(account.company, 40)} is no company of this platform.")
        unknown = [code for code in account.identity_codes if code not in held]
        if unknown or not account.identity_codes:
            said = shown(", ".join(unknown), 80) or "No identity"
            raise Refused(NOT_UNDERSTOOD, what=f"{said}: name identities of {firm.code}: {', '.join(held)}.")
        if not unit.add_existing_account(account):
            raise Refused(NOT_UNDERSTOOD, what=f"{account.login} is taken; a closed one stays taken.")
        now = self._clock.now()
        self._ledger.record(unit, "existing-account-added", now, "server", company=firm.code, subject=account.login)


def new_password() -> str:
    """100 bits in groups of five, easy to read out."""
    said = b32encode(secrets.token_bytes(13)).decode().rstrip("=").lower()[:20]
    return "-".join(said[at : at + 5] for at in range(0, 20, 5))
