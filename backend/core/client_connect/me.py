"""Who is signed in: the account behind a session, in the words of the console's header and Home."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from backend.contract.messages import FunctionName, IdentityName, Me
from backend.core.accounts import Account, Session
from backend.core.catalogue import Catalogue
from backend.core.client_connect.request_people import waiting_for
from backend.core.client_connect.standing import actor_of
from backend.core.gate import enters_ecp
from backend.core.rows import Rows

KEY_WARNING: Final = timedelta(days=30)


def me_of(rows: Rows, session: Session, ends: tuple[datetime, datetime], now: datetime) -> Me:
    """`ends`: when the session ends, and when it ends if it stays idle."""
    account, catalogue = session.account, rows.catalogue()
    identities = rows.identities(account.company) if account.company else {}
    company = rows.company(account.company) if account.company else None
    mine = {code for grant in account.grants for code in grant.identity_codes}
    expires, idle_expires = ends
    return Me(
        login_id=account.login_id,
        name=account.name,
        kind=account.kind,
        company=account.company,
        company_name=account.company_name,
        functions=functions_held(account, catalogue),
        functions_missing=_missing(account, catalogue, {one.user_type for one in identities.values()}),
        identities=tuple(
            IdentityName(
                identity_code=code,
                name=identity.name,
                user_type=catalogue.user_types.get(identity.user_type, identity.user_type),
            )
            for code, identity in identities.items()
            if code in mine
        ),
        delegated_administrators=tuple(rows.administrators(account.company or "")),
        services=account.services,
        enters_ecp=enters_ecp(account, catalogue),
        expires=expires,
        idle_expires=idle_expires,
        last_sign_in=session.last_sign_in,
        last_source=session.last_source,
        waiting=waiting_for(rows, actor_of(rows, account, "console", session.source), now),
        keys_expiring=rows.keys_expiring(account.id, now + KEY_WARNING),
        users=company.used if company else None,
        quota=company.quota if company else None,
    )


def functions_held(account: Account, catalogue: Catalogue) -> tuple[FunctionName, ...]:
    """The functions an account holds, with their titles, and the identities they are for."""
    return tuple(
        FunctionName(
            function=grant.function,
            title=catalogue.functions[grant.function].title if grant.function in catalogue.functions else "",
            identity_codes=grant.identity_codes,
        )
        for grant in account.grants
    )


def _missing(account: Account, catalogue: Catalogue, user_types: set[str]) -> tuple[FunctionName, ...]:
    """The functions that would open ECP to this account, of those its company's user types give folders to."""
    useful = {name for one in catalogue.folders.values() if user_types & set(one.user_types) for name in one.functions}
    held = {grant.function for grant in account.grants}
    return tuple(
        FunctionName(function=name, title=catalogue.functions[name].title)
        for name in sorted(useful & catalogue.interactive_functions - held)
    )
