"""When the demo's people last signed in, and since when they have their authenticators and recovery codes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final

from sqlalchemy import bindparam, insert, select, update

from backend.adapters.database import tables
from backend.core.calendar import Calendar
from backend.core.client_connect.recovery_codes import HOW_MANY
from backend.demo.past import Event, PastClock
from backend.wiring import Platform

_BACK: Final = {"TSANG09": 4, "FUNG08": 2, "CHAU02": 7}
"""Trading days since; yesterday for everybody else."""
_AT: Final = time(14, 10)
_KEY_SIZE: Final = 32
_ENROLLED: Final = timedelta(days=40)
_APART: Final = timedelta(days=11, hours=3)


def sign_ins(platform: Platform, clock: PastClock, calendar: Calendar) -> Iterator[Event]:
    """Everybody's last one, a minute after each other; what an account keeps of it is written at once."""
    accounts, today, now = tables.accounts, calendar.today(clock.now()), clock.now()
    with platform.store.engine.connect() as connection:
        found = connection.execute(select(accounts.c.id, accounts.c.login_id, accounts.c.company)).all()
    kept = []
    for number, one in enumerate(found):
        day = calendar.shifted(today, -_BACK.get(one.login_id, 1))
        at = calendar.instant(day, _AT).astimezone(UTC) + timedelta(minutes=number)
        source = f"10.20.3.{number + 20}"
        enrolled = now - _ENROLLED - number * _APART
        kept.append({"of": one.id, "last_sign_in": at, "last_source": source, "otp_since": enrolled})
        yield Event(at, partial(_sign_in, platform, at, source, one.login_id, one.company))
    _keep(platform, kept)


def _sign_in(platform: Platform, at: datetime, source: str, login_id: str, company: str | None) -> None:
    ledger = platform.ledger
    who = {"company": company, "login_id": login_id, "source": source}
    platform.store.write(lambda unit: ledger.record(unit, "signed-in", at, "console", **who))


def _keep(platform: Platform, kept: list[dict[str, object]]) -> None:
    """Their recovery codes were noted where nobody finds them: whoever needs one makes new ones."""
    names = ("last_sign_in", "last_source", "otp_since")
    facts = update(tables.accounts).values({name: bindparam(name) for name in names})
    codes = [{"account_id": one["of"], "key": secrets.token_bytes(_KEY_SIZE)} for one in kept for _ in range(HOW_MANY)]
    with platform.store.engine.begin() as connection:
        connection.execute(facts.where(tables.accounts.c.id == bindparam("of")), kept)
        connection.execute(insert(tables.recovery_codes), codes)
