"""Sessions: an opaque token, its limits, and who stands behind it now."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from backend.contract.faults import SESSION_ENDED, SIGN_IN_EXPIRED, Refused
from backend.contract.messages import Channel, FunctionName, IdentityName, Me, NewSession
from backend.core.accounts import Account, Session
from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.catalogue import Catalogue
from backend.core.client_connect.sign_in import digest
from backend.core.client_connect.standing import actor_of
from backend.core.gate import enters_ecp, refuse_inactive
from backend.core.ports import Clock, Store
from backend.core.rows import Rows, Unit

TOUCH_EVERY: Final = timedelta(seconds=15)
SET_BACK: Final = timedelta(minutes=5)
"""How far clocks may be apart: a session begun or seen later than that is none, for its limits cannot be told."""
_LIMITS: Final = {
    "business": (timedelta(hours=12), timedelta(minutes=30)),
    "auditor": (timedelta(hours=12), timedelta(minutes=30)),
    "da": (timedelta(hours=8), timedelta(minutes=15)),
    "operator": (timedelta(hours=8), timedelta(minutes=15)),
}
"""By kind of account: the longest a session lives, and the longest it may be idle."""


class SessionService:
    """Opens a session for a ticket, finds who a token belongs to, ends it."""

    def __init__(self, store: Store, clock: Clock, ledger: Ledger) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger

    def open(self, ticket: str, source: str) -> NewSession:
        """The session for a ticket, once; 1003 if it is unknown, used or over a minute old, 1016 if suspended since."""
        handed = _secret(ticket)
        if handed is None:
            raise Refused(SIGN_IN_EXPIRED)
        key = secrets.token_bytes(32)

        def unit(unit: Unit) -> Session | Refused:
            now = self._clock.now()
            account_id = unit.use_ticket(digest(handed), now)
            if account_id is None:
                return Refused(SIGN_IN_EXPIRED)
            unit.forget_old(now)
            unit.add_session(digest(key), account_id, now, source)
            session = unit.session(digest(key))
            if session is None:
                raise Refused(SESSION_ENDED)
            refuse_inactive(session.account)
            return session

        session = self._store.write(unit)
        with self._store.reading() as rows:
            return NewSession(token=urlsafe_b64encode(key).decode(), me=self._me(rows, session))

    def actor(self, token: str | None, channel: Channel, source: str, *, background: bool) -> Actor:
        """Who the token belongs to; 1005 once it has ended. Background requests never extend the idle limit."""
        key = _secret(token or "")
        if key is None:
            raise Refused(SESSION_ENDED)
        with self._store.reading() as rows:
            session = self._live(rows, digest(key))
            actor = replace(
                actor_of(rows, session.account, channel, source), session=session.key, confirmed=session.confirmed
            )
        now = self._clock.now()
        if not background and now - session.seen > TOUCH_EVERY:
            self._store.write(lambda unit: unit.touch_session(session.key, now))
        return actor

    def me(self, token: str) -> Me:
        key = _secret(token)
        if key is None:
            raise Refused(SESSION_ENDED)
        with self._store.reading() as rows:
            return self._me(rows, self._live(rows, digest(key)))

    def end(self, token: str, channel: Channel, source: str) -> None:
        """Signs out; an ended session stays ended."""
        key = _secret(token)
        if key is None:
            raise Refused(SESSION_ENDED)

        def unit(unit: Unit) -> Refused | None:
            session = unit.session(digest(key))
            if session is None or not unit.end_session(session.key):
                return Refused(SESSION_ENDED)
            who = session.account
            self._ledger.record(
                unit,
                "signed-out",
                self._clock.now(),
                channel,
                company=who.company,
                login_id=who.login_id,
                source=source,
            )
            return None

        self._store.write(unit)

    def _live(self, rows: Rows, key: bytes) -> Session:
        session = rows.session(key)
        now = self._clock.now()
        if session is None or now >= min(_ends(session)) or now < max(session.created, session.seen) - SET_BACK:
            raise Refused(SESSION_ENDED)
        refuse_inactive(session.account)
        return session

    def _me(self, rows: Rows, session: Session) -> Me:
        account, catalogue = session.account, rows.catalogue()
        identities = rows.identities(account.company) if account.company else {}
        company = rows.company(account.company) if account.company else None
        mine = {code for grant in account.grants for code in grant.identity_codes}
        expires, idle_expires = _ends(session)
        return Me(
            login_id=account.login_id,
            name=account.name,
            kind=account.kind,
            company=account.company,
            company_name=account.company_name,
            functions=tuple(
                FunctionName(
                    function=grant.function,
                    title=catalogue.functions[grant.function].title if grant.function in catalogue.functions else "",
                    identity_codes=grant.identity_codes,
                )
                for grant in account.grants
            ),
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
            users=company.used if company else None,
            quota=company.quota if company else None,
        )


def _missing(account: Account, catalogue: Catalogue, user_types: set[str]) -> tuple[FunctionName, ...]:
    """The functions that would open ECP to this account, of those its company's user types give folders to."""
    useful = {name for one in catalogue.folders.values() if user_types & set(one.user_types) for name in one.functions}
    held = {grant.function for grant in account.grants}
    return tuple(
        FunctionName(function=name, title=catalogue.functions[name].title)
        for name in sorted(useful & catalogue.interactive_functions - held)
    )


def _ends(session: Session) -> tuple[datetime, datetime]:
    longest, idle = _LIMITS[session.account.kind]
    return session.created + longest, session.seen + idle


def _secret(text: str) -> bytes | None:
    try:
        return urlsafe_b64decode(text.encode("ascii")) or None
    except ValueError:
        return None
