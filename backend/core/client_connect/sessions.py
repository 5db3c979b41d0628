"""Sessions: an opaque token, its limits, and who stands behind it now."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from backend.contract.faults import NOT_FOUND, SESSION_ENDED, SIGN_IN_EXPIRED, Refused
from backend.contract.messages import Channel, Me, NewSession, SessionRow
from backend.core.accounts import Session
from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.client_connect.confirmation import session_id
from backend.core.client_connect.me import me_of
from backend.core.client_connect.sign_in import digest
from backend.core.client_connect.standing import actor_of
from backend.core.gate import refuse_inactive
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

    def open(self, ticket: str, source: str, channel: Channel = "console") -> NewSession:
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
            unit.add_session(digest(key), account_id, now, source, channel)
            session = unit.session(digest(key))
            if session is None:
                raise Refused(SESSION_ENDED)
            refuse_inactive(session.account)
            return session

        session = self._store.write(unit)
        with self._store.reading() as rows:
            me = me_of(rows, session, _ends(session), self._clock.now())
        return NewSession(token=urlsafe_b64encode(key).decode(), me=me)

    def actor(self, token: str | None, channel: Channel, source: str, *, background: bool) -> Actor:
        """Who the token belongs to; 1005 once it has ended. Background requests never extend the idle limit."""
        key = _secret(token or "")
        if key is None:
            raise Refused(SESSION_ENDED)
        return self.standing(digest(key), channel, source, background=background)

    def standing(self, key: bytes, channel: Channel, source: str, *, background: bool) -> Actor:
        """The same by what the session is kept under, which is `Actor.session`."""
        with self._store.reading() as rows:
            session = self._live(rows, key)
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
            session = self._live(rows, digest(key))
            return me_of(rows, session, _ends(session), self._clock.now())

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
                object=session_id(session.key),
                source=source,
            )
            return None

        self._store.write(unit)

    # ── all sessions of one account ──────────────────────────────────────────────────────────────────────────────

    def own(self, actor: Actor) -> list[SessionRow]:
        """Those that are open, the newest first."""
        now = self._clock.now()
        with self._store.reading() as rows:
            found = [session for session in rows.sessions_of(actor.account) if now < min(_ends(session))]
        return [
            SessionRow(
                id=session_id(session.key),
                created=session.created,
                seen=session.seen,
                ends=min(_ends(session)),
                source=session.source,
                channel=session.channel,
                own=session.key == actor.session,
            )
            for session in found
        ]

    def end_one(self, actor: Actor, wanted: str) -> None:
        """Ends one of the actor's sessions; 2001 for any other."""

        def unit(unit: Unit) -> Refused | None:
            for session in unit.sessions_of(actor.account):
                if session_id(session.key) == wanted:
                    unit.end_session(session.key)
                    self._ended(unit, actor, "session-ended", object=wanted)
                    return None
            return Refused(NOT_FOUND)

        self._store.write(unit)

    def end_others(self, actor: Actor) -> None:
        """Ends all of the actor's sessions but the one that asks."""

        def unit(unit: Unit) -> None:
            ended = unit.end_sessions(actor.account.id, but=actor.session)
            if ended:
                self._ended(unit, actor, "sessions-ended", count=ended)

        self._store.write(unit)

    def _ended(self, unit: Unit, actor: Actor, act: str, **facts: object) -> None:
        unit.bump_access_epoch()
        who = {"company": actor.company, "login_id": actor.login_id, "source": actor.source}
        self._ledger.record(unit, act, self._clock.now(), actor.channel, **who, **facts)

    def _live(self, rows: Rows, key: bytes) -> Session:
        session = rows.session(key)
        now = self._clock.now()
        if session is None or now >= min(_ends(session)) or now < max(session.created, session.seen) - SET_BACK:
            raise Refused(SESSION_ENDED)
        refuse_inactive(session.account)
        return session


def _ends(session: Session) -> tuple[datetime, datetime]:
    longest, idle = _LIMITS[session.account.kind]
    return session.created + longest, session.seen + idle


def _secret(text: str) -> bytes | None:
    try:
        return urlsafe_b64decode(text.encode("ascii")) or None
    except ValueError:
        return None
