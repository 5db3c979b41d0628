"""How tests sign in, rightly and wrongly, one after the other and all at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import text

from backend.contract.faults import Refused
from backend.contract.messages import SignIn, Ticket
from backend.core.rows import Unit
from tests.world import World

WRONG = "wrong-password-wrong"


class Counted:
    """A hasher that counts its verifications."""

    def __init__(self, hasher: Any) -> None:
        self._hasher = hasher
        self._lock = threading.Lock()
        self.nobody = 0
        self.verified = 0
        self.hashed = 0

    def hash(self, password: str) -> str:
        with self._lock:
            self.hashed += 1
        hashed: str = self._hasher.hash(password)
        return hashed

    def verify(self, password: str, hashed: str | None) -> bool:
        with self._lock:
            self.verified += 1
            self.nobody += hashed is None
        right: bool = self._hasher.verify(password, hashed)
        return right

    def outdated(self, hashed: str) -> bool:
        outdated: bool = self._hasher.outdated(hashed)
        return outdated


def outcome(action: Callable[[], Any]) -> int:
    """0, or the fault's number."""
    try:
        action()
    except Refused as refused:
        return refused.number
    return 0


def tried(world: World, form: SignIn, source: str = "192.0.2.1") -> int:
    return outcome(lambda: world.services.sign_in.sign_in(form, "console", source))


def all_at_once(world: World, forms: Iterable[SignIn]) -> list[int]:
    """The outcomes of sign-ins that start together, each from a source of its own."""
    told = list(forms)
    together = threading.Barrier(len(told))

    def one(number: int) -> int:
        together.wait(10)
        return tried(world, told[number], f"192.0.2.{number}")

    with ThreadPoolExecutor(len(told)) as threads:
        return list(threads.map(one, range(len(told))))


def lock(world: World, login_id: str) -> None:
    for _ in range(5):
        known = login_id in world.people
        assert tried(world, world.form(login_id, password=WRONG) if known else nobody(world, login_id)) == 1001


def guess(world: World) -> SignIn:
    """A wrong form; the clock stands still for it."""
    return world.form("CHAN01", password=WRONG, otp="000000")


def nobody(world: World, login_id: str = "NOBODY99") -> SignIn:
    form = guess(world)
    return form.model_copy(update={"login_id": login_id})


class Dying:
    """A hasher whose process is killed."""

    def hash(self, password: str) -> str:
        raise KeyboardInterrupt

    def verify(self, password: str, hashed: str | None) -> bool:
        raise KeyboardInterrupt

    def outdated(self, hashed: str) -> bool:
        raise KeyboardInterrupt


def acts(world: World) -> list[str]:
    with world.platform.store.engine.connect() as connection:
        return list(connection.scalars(text("SELECT act FROM activity ORDER BY log_index")))


def entries(world: World) -> list[tuple[str, int | None, int | None]]:
    """Act, fault and count of each entry."""
    with world.platform.store.engine.connect() as connection:
        found = connection.execute(text("SELECT act, fault, count FROM activity ORDER BY log_index"))
        return [(act, fault, count) for act, fault, count in found]


def unlocked(world: World, login_id: str) -> bool:
    """Whether there was a lock to clear, or anything else that holds the account's sign-in back."""

    def unit(unit: Unit) -> bool:
        account = unit.account(login_id)
        assert account is not None
        return unit.unlock(account.id)

    return world.platform.store.write(unit)


def recovery_codes(world: World, login_id: str) -> tuple[str, ...]:
    """Ten new ones."""

    def unit(unit: Unit) -> tuple[str, ...]:
        account = unit.account(login_id)
        assert account is not None
        return world.services.sign_in._book.make(unit, account.id)

    return world.platform.store.write(unit)


def ticket(world: World, login_id: str = "CHAN01") -> Ticket:
    return world.services.sign_in.sign_in(world.form(login_id), "console", "192.0.2.1")
