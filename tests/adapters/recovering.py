"""How tests recover accounts, rightly and wrongly, one after the other and all at once."""

from __future__ import annotations

import threading
from base64 import b32decode
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import text

from backend.adapters.one_time_codes import code as otp_of
from backend.adapters.one_time_codes import step_at
from backend.contract.messages import (
    BeginEnrolment,
    ConfirmEnrolment,
    Enrolment,
    RecoveryCodes,
    RecoveryRequest,
    ResetPassword,
    Unlock,
)
from backend.core.client_connect.ports.people import NewAccount
from tests.adapters.signing_in import outcome
from tests.world import NEW_PASSWORD, World

PHONE = "852 2100-0000"
"""CHAN01's, as somebody writes it."""


def ask(world: World, login_id: str = "CHAN01", phone: str = PHONE) -> None:
    form = RecoveryRequest(login_id=login_id, phone=phone)
    world.services.recovery.ask(form, "console", "192.0.2.1")


def reset(
    world: World, code: str, otp: str | None = None, password: str = NEW_PASSWORD, source: str = "192.0.2.1"
) -> int:
    """0, or the fault's number."""
    form = ResetPassword(code=code, password=password, otp=otp or world.fresh_otp("CHAN01"))
    return outcome(lambda: world.services.recovery.reset_password(form, "console", source))


def unlock(world: World, code: str, password: str | None = None, otp: str | None = None) -> int:
    right = world.people["CHAN01"].password
    form = Unlock(code=code, password=password or right, otp=otp or world.fresh_otp("CHAN01"))
    return outcome(lambda: world.services.recovery.unlock(form, "console", "192.0.2.1"))


def look(world: World, code: str) -> int:
    return outcome(lambda: world.services.recovery.look(code, "192.0.2.1"))


def invite(world: World, login_id: str = "NEW01", email: str = "new01@acme.example") -> str:
    """The code of somebody who was invited."""
    new = NewAccount(login_id, "business", "ACME", "New One", email, "personal", "+85291234567")
    world.platform.store.write(lambda unit: unit.add_account(new))
    return world.issue(login_id, "invitation")


def begin(world: World, code: str, password: str = NEW_PASSWORD) -> Enrolment:
    return world.services.enrolment.begin(BeginEnrolment(code=code, password=password), "console", "192.0.2.1")


def confirm(world: World, code: str, otp: str, password: str = NEW_PASSWORD) -> RecoveryCodes:
    form = ConfirmEnrolment(code=code, password=password, otp=otp)
    return world.services.enrolment.confirm(form, "console", "192.0.2.1")


def shown_by(world: World, enrolment: Enrolment, steps: int = 0) -> str:
    """What the new authenticator shows."""
    return otp_of(b32decode(enrolment.secret), step_at(world.clock.now()) + steps)


def together(actions: Sequence[Callable[[], int]]) -> list[int]:
    """The outcomes of what starts at once."""
    start = threading.Barrier(len(actions))

    def one(action: Callable[[], int]) -> int:
        start.wait(60)
        return action()

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(one, actions))


def dump(world: World) -> bytes:
    """Every value of every table, as text and as bytes."""
    with world.platform.store.engine.connect() as connection:
        names = world.platform.store.engine.dialect.get_table_names(connection)
        rows = [row for name in names for row in connection.execute(text(f"SELECT * FROM {name}"))]  # noqa: S608 - ours
    values = (value for row in rows for value in row)
    return b"\n".join(bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in values)


def later(world: World, **by: float) -> None:
    world.clock.at += timedelta(**by)
