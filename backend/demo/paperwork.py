"""Makes and decides the demo's change requests through the real service, each at its time."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final

import asyncssh
from sqlalchemy import select, update

from backend.adapters.database import tables
from backend.contract.faults import Refused
from backend.contract.messages import Approval, ChangeRequest, Decision, FormAdministrator, NewRequest, SignIn
from backend.core.calendar import Calendar
from backend.core.client_connect.access import Access
from backend.core.client_connect.changes.every import every_change
from backend.core.client_connect.request_notices import RequestNotices
from backend.core.client_connect.requests import ChangeRequests
from backend.demo.papers import DECIDED, WAITING, Paper, form_paper, key_paper
from backend.demo.past import Event, PastClock, actor_then
from backend.wiring import Platform

NEW_KEY: Final = "demo/keys/ACMEBOT1-new.pub"
_LOCKED: Final = "FUNG08"
_SUSPENDED: Final = "TSANG09"
_WRONG: Final = 5
_EXPIRES_IN: Final = timedelta(days=12)
_KEY_LIFE: Final = timedelta(days=395)
_CHECKED_AFTER: Final = timedelta(minutes=30)


class Paperwork:
    """Who made what, and what became of it."""

    def __init__(self, platform: Platform, clock: PastClock) -> None:
        self._platform = platform
        self._clock = clock
        ledger = platform.ledger
        calendar = Calendar(platform.settings.zone, platform.settings.every_day_trades)
        notices, changes = (
            RequestNotices(platform.mailer),
            every_change(platform.issuer, calendar, platform.services.continuity),
        )
        self._requests = ChangeRequests(platform.store, clock, ledger, notices, changes, b"")
        self._access = Access(platform.store, clock, ledger)
        self._made: dict[Paper, ChangeRequest] = {}

    def events(self, calendar: Calendar) -> Iterator[Event]:
        """Each request when it was made, and again when it was decided; one suspension."""
        today = calendar.today(self._clock.now())

        def then(back: int, at: time) -> datetime:
            return calendar.instant(calendar.shifted(today, -back), at).astimezone(UTC)

        for paper in (*DECIDED, *WAITING, self._bots_key(), self._form()):
            made = then(paper.back, paper.at)
            yield Event(made, partial(self._make, paper))
            if paper.end:
                yield Event(made + _CHECKED_AFTER, partial(self._end, paper))
        yield Event(then(3, time(9, 12)), self._suspend)

    def _make(self, paper: Paper) -> None:
        maker = actor_then(self._platform, paper.maker, self._clock.now())
        self._made[paper] = self._requests.make(maker, NewRequest(proposal=paper.proposal))

    def _end(self, paper: Paper) -> None:
        checker, request = actor_then(self._platform, paper.checker, self._clock.now()), self._made[paper]
        if paper.end == "approve":
            self._requests.approve(checker, request.id, Approval(rev=request.rev, digest=request.digest))
        else:
            self._requests.decide(checker, request.id, paper.end, Decision(rev=request.rev, reason=paper.reason))

    def _suspend(self) -> None:
        checker = actor_then(self._platform, "WONGDA1", self._clock.now())
        self._access.suspend(checker, _SUSPENDED, "On leave.")

    def _bots_key(self) -> Paper:
        """Its private half was never kept."""
        key = asyncssh.generate_private_key("ssh-ed25519", comment="acme-batch-2")
        public = key.export_public_key().decode().strip()
        (self._platform.settings.data_dir / NEW_KEY).write_text(f"{public}\n")
        return key_paper(public, NEW_KEY)

    def _form(self) -> Paper:
        with self._platform.store.reading() as rows:
            accounts = [rows.account(login_id) for login_id in ("HODA1", "NGDA2")]
        return form_paper(
            tuple(
                FormAdministrator(action="keep", login_id=one.login_id, name=one.name, email=one.email, phone=one.phone)
                for one in accounts
                if one is not None
            )
        )


def lock_somebody(platform: Platform) -> None:
    """Five wrong sign-ins: the mail that unlocks is in the mailbox."""
    for _ in range(_WRONG):
        transaction = platform.services.sign_in.begin().transaction
        form = SignIn(transaction=transaction, login_id=_LOCKED, password=secrets.token_hex(8), otp="000000")
        with suppress(Refused):
            platform.services.sign_in.sign_in(form, "console", "10.20.3.99")


def age_key(platform: Platform, login_id: str) -> None:
    """Its SFTP key was registered long ago and expires soon."""
    expires = platform.services.clock.now() + _EXPIRES_IN
    whose = select(tables.accounts.c.id).where(tables.accounts.c.login_id == login_id).scalar_subquery()
    keys = tables.sftp_keys
    aged = update(keys).where(keys.c.account_id == whose).values(expires=expires, registered=expires - _KEY_LIFE)
    with platform.store.engine.begin() as connection:
        connection.execute(aged)
