"""A whole platform for tests: all of it real but the clock and the speed of hashing."""

from __future__ import annotations

from base64 import b32decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import httpx
from fastapi import FastAPI

from backend.adapters.one_time_codes import code, step_at
from backend.adapters.passwords import Argon2Passwords
from backend.contract.messages import BeginEnrolment, ConfirmEnrolment, DemoMail, Purpose, SignIn
from backend.core.accounts import Account
from backend.core.actor import Actor
from backend.core.catalogue import Catalogue
from backend.core.pool import SIGN_IN_THREADS
from backend.core.services import Services
from backend.demo.mailbox import Mailbox
from backend.demo.people import DemoAccount
from backend.demo.world import Credentials, seed
from backend.doors.http import create_app
from backend.settings import Settings
from backend.wiring import Platform, initialise, open_platform
from ecp_tui.client import EcpClient

FRIDAY = datetime(2022, 5, 20, 8, 0, tzinfo=UTC)
"""16:00 in Hong Kong, four hours before SD-1's cut-off; the FAQ's two files are still taken."""
NEW_PASSWORD = "violet-harbour-9-quilted-moose"


@dataclass
class SetClock:
    """A clock that stands still until it is moved."""

    at: datetime = FRIDAY

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class World:
    """The demo's people on a platform of their own."""

    platform: Platform
    clock: SetClock
    app: FastAPI
    people: dict[str, Credentials]
    closed: bool = field(default=False)

    @property
    def services(self) -> Services:
        return self.platform.services

    def otp(self, login_id: str, steps: int = 0) -> str:
        seed_of = b32decode(self.people[login_id].otp_secret)
        return code(seed_of, step_at(self.clock.now()) + steps)

    def fresh_otp(self, login_id: str) -> str:
        """The code of a step that was not used yet; moves the clock to it."""
        self.clock.move(seconds=30)
        return self.otp(login_id)

    def form(self, login_id: str, **other: str) -> SignIn:
        """A right form, but for what `other` says."""
        right = {
            "transaction": self.services.sign_in.begin().transaction,
            "login_id": login_id,
            "password": self.people[login_id].password,
        }
        return SignIn(**{**right, "otp": other.get("otp") or self.fresh_otp(login_id), **other})

    def token(self, login_id: str) -> str:
        ticket = self.services.sign_in.sign_in(self.form(login_id), "console", "127.0.0.1")
        return self.services.sessions.open(ticket.ticket, "127.0.0.1").token

    def actor(self, login_id: str) -> Actor:
        return self.services.sessions.actor(self.token(login_id), "console", "127.0.0.1", background=False)

    def mails(self, to: str = "") -> list[DemoMail]:
        """What was sent, newest first; to this login ID's address where one is named."""
        self._until_asked()
        with self.platform.store.reading() as rows:
            account = rows.account(to) if to else None
        sent = Mailbox(self.platform.mail, self.platform.mails).mails()
        return [mail for mail in sent if account is None or mail.to == account.email]

    def _until_asked(self) -> None:
        """Whoever asks for a mail is answered before it is looked for: each of the threads that look is through."""
        through = Barrier(SIGN_IN_THREADS + 1)
        for _ in range(SIGN_IN_THREADS):
            self.services.sign_in_pool.submit(through.wait)
        through.wait(30)

    def code(self, login_id: str) -> str:
        """The code in the newest mail to somebody, as they would type it."""
        bearing = (mail.text for mail in self.mails(login_id) if "ecp recover " in mail.text)
        return next(bearing).split("ecp recover ")[1].split()[0]

    def account(self, login_id: str) -> Account:
        with self.platform.store.reading() as rows:
            found = rows.account(login_id)
        assert found is not None
        return found

    def issue(self, login_id: str, purpose: Purpose) -> str:
        """A code of that purpose, mailed to somebody."""
        account, issuer = self.account(login_id), self.platform.issuer
        return self.platform.store.write(lambda unit: issuer.issue(unit, account, purpose, self.clock.now()))

    def join(self, login_id: str, password: str = NEW_PASSWORD) -> Credentials:
        """Somebody who was invited takes the code from the mail, and is one of the people from then on."""
        taken, enrolment = self.code(login_id), self.services.enrolment
        begun = enrolment.begin(BeginEnrolment(code=taken, password=password), "console", "192.0.2.9")
        self.people[login_id] = Credentials(login_id, password, begun.secret)
        proof = ConfirmEnrolment(code=taken, password=password, otp=self.fresh_otp(login_id))
        enrolment.confirm(proof, "console", "192.0.2.9")
        return self.people[login_id]

    def client(self, login_id: str | None = None) -> EcpClient:
        """The console's own client on the real app, in process; signed in where a login ID is given."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        token = self.token(login_id) if login_id else None
        return EcpClient("http://127.0.0.1", token=token, transport=transport)


_idle_apps: list[FastAPI] = []


@contextmanager
def app_over(services: Services) -> Iterator[FastAPI]:
    """The real app; taken from an earlier world where one is idle, for its routes take a while to be built."""
    app = _idle_apps.pop() if _idle_apps else create_app(services)
    app.state.services = services
    try:
        yield app
    finally:
        _idle_apps.append(app)


@contextmanager
def open_world(
    data_dir: Path,
    *,
    database_url: str = "",
    catalogue: Catalogue | None = None,
    clock: SetClock | None = None,
    colleagues: tuple[DemoAccount, ...] = (),
) -> Iterator[World]:
    """A fresh world in `data_dir`; closed at the end."""
    clock = clock or SetClock()
    settings = Settings(data_dir=data_dir, database_url=database_url)
    initialise(settings, catalogue)
    platform = open_platform(settings, clock=clock, hasher=Argon2Passwords(memory_kib=64, passes=1))
    try:
        people = {one.login_id: one for one in seed(platform, colleagues)}
        with app_over(platform.services) as app:
            yield World(platform, clock, app, people)
    finally:
        platform.close()
