"""The demo's own routes: who one can be, their One-Time-Passwords, and where the samples lie. On loopback only."""

from __future__ import annotations

from base64 import b32decode
from collections.abc import Callable, Sequence
from typing import Final

from fastapi import APIRouter

from backend.adapters.one_time_codes import STEP_SECONDS, code, step_at
from backend.contract import paths
from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import DemoCredentials, DemoMail, DemoPerson, DemoWorld
from backend.core.ports import Clock, Store
from backend.demo.mailbox import Mailbox
from backend.demo.people import ACCOUNTS, COMPANIES
from backend.demo.world import Credentials

_COMPANY_NAMES: Final = {company.code: company.name for company in COMPANIES}


def demo_routes(
    store: Store, clock: Clock, people: Sequence[Credentials], world: Callable[[], DemoWorld], mailbox: Mailbox
) -> APIRouter:
    """The demo authenticator and mailbox, and what the console's Demo page shows."""
    router = APIRouter(tags=["demo"])
    by_login_id = {one.login_id: one for one in people}

    @router.get(paths.DEMO_PEOPLE)
    def listed() -> list[DemoPerson]:
        return [
            DemoPerson(
                login_id=who.login_id,
                name=who.name,
                company=_COMPANY_NAMES.get(who.company or "", "The exchange"),
                role=who.role,
                to_try=who.to_try,
            )
            for who in ACCOUNTS
        ]

    @router.post(paths.DEMO_PEOPLE + "/{login_id}/credentials")
    def credentials(login_id: str) -> DemoCredentials:
        known = by_login_id.get(login_id.upper())
        if known is None:
            raise Refused(NOT_FOUND)
        step, wait = _unused_step(store, clock, known.login_id)
        otp = code(b32decode(known.otp_secret), step)
        return DemoCredentials(login_id=known.login_id, password=known.password, otp=otp, wait=wait)

    @router.get(paths.DEMO_WORLD)
    def shown() -> DemoWorld:
        return world()

    @router.get(paths.DEMO_MAILS)
    def mails() -> list[DemoMail]:
        return mailbox.mails()

    return router


def _unused_step(store: Store, clock: Clock, login_id: str) -> tuple[int, float]:
    """The earliest time step whose code still works, and the seconds until it does."""
    with store.reading() as rows:
        account = rows.account(login_id)
    now = clock.now()
    current = step_at(now)
    step = max(current, account.last_step + 1 if account else current)
    wait = max(0.0, (step - 1) * STEP_SECONDS - now.timestamp())
    return step, wait
