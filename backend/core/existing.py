"""Who is at work in the existing ECP: its own accounts, which are nobody in Client Connect."""

from __future__ import annotations

import re
from typing import Final

from backend.contract.faults import SESSION_ENDED, Refused
from backend.core.accounts import Account
from backend.core.actor import Actor
from backend.core.migrating import ExistingAccount
from backend.core.rows import Rows

LOGIN: Final = re.compile(r"(?=.{4,30}\Z)[A-Z][A-Z0-9]*(-[A-Z0-9]+)+", re.ASCII)
"""With a hyphen, which no login ID of Client Connect and no ticket has: what one did is never the other's."""


def existing_actor(rows: Rows, login: str, source: str) -> Actor:
    """The account as it stands now, at work; 1005 where it, its company or its last identity is gone."""
    account = rows.existing_account(login)
    company = rows.company(account.company) if account is not None else None
    if account is None or account.closed is not None or company is None or company.state != "active":
        raise Refused(SESSION_ENDED)
    held = rows.identities(account.company)
    identities = {code: held[code] for code in account.identity_codes if code in held}
    if not identities:
        raise Refused(SESSION_ENDED)
    return Actor(_as_account(account, company.name), identities, "existing", source, ask="the operator's support team")


def existing_as_of_now(rows: Rows, actor: Actor) -> Actor:
    """The same at commit time: what was taken away meanwhile is gone."""
    return existing_actor(rows, actor.login_id, actor.source)


def _as_account(account: ExistingAccount, company_name: str) -> Account:
    """What the domain calls an account: a business user's, without functions, password or authenticator."""
    return Account(
        id=0,
        login_id=account.login,
        kind="business",
        company=account.company,
        company_name=company_name,
        name=account.name,
        state="active",
        password_hash="",
        sealed_seed=b"",
        last_step=0,
        grants=(),
        services=(),
    )
