"""Login transactions, One-Time-Passwords and tickets: each for a while, each once."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.adapters.signing_in import (
    WRONG,
    Counted,
    outcome,
    ticket,
    tried,
)
from tests.world import World


def test_a_login_transaction_lives_five_minutes(any_world: World) -> None:
    form = any_world.form("CHAN01", otp="000000")
    any_world.clock.move(minutes=4, seconds=59.999)
    assert tried(any_world, form.model_copy(update={"otp": any_world.otp("CHAN01")})) == 0
    form = any_world.form("CHAN01", otp="000000")
    any_world.clock.move(minutes=5)
    assert tried(any_world, form.model_copy(update={"otp": any_world.otp("CHAN01")})) == 1003


def test_a_login_transaction_signs_in_once(any_world: World) -> None:
    form = any_world.form("CHAN01")
    assert tried(any_world, form) == 0
    assert tried(any_world, form.model_copy(update={"otp": any_world.fresh_otp("CHAN01")})) == 1003
    assert tried(any_world, any_world.form("LEE02", transaction=form.transaction)) == 1003


def test_a_wrong_guess_does_not_use_up_the_transaction(any_world: World) -> None:
    form = any_world.form("CHAN01")
    assert tried(any_world, form.model_copy(update={"password": WRONG})) == 1001
    assert tried(any_world, form) == 0


@pytest.mark.parametrize("forged", ["", "x", "A" * 72, "!" * 72, "é", "\ud800", "A" * 200])
def test_a_forged_transaction_is_an_expired_one(any_world: World, forged: str, hasher: Counted) -> None:
    assert tried(any_world, any_world.form("CHAN01").model_copy(update={"transaction": forged})) == 1003
    assert hasher.verified == 0


def test_a_transaction_whose_life_was_prolonged_is_refused(any_world: World) -> None:
    form = any_world.form("CHAN01")
    for at in range(0, len(form.transaction) - 2, 7):
        changed = form.transaction[:at] + ("B" if form.transaction[at] != "B" else "C") + form.transaction[at + 1 :]
        assert tried(any_world, form.model_copy(update={"transaction": changed})) == 1003


def test_a_code_works_once_and_spends_those_before_it(any_world: World) -> None:
    any_world.clock.move(minutes=1)
    assert tried(any_world, any_world.form("CHAN01", otp=any_world.otp("CHAN01"))) == 0
    assert tried(any_world, any_world.form("CHAN01", otp=any_world.otp("CHAN01"))) == 1001
    assert tried(any_world, any_world.form("CHAN01", otp=any_world.otp("CHAN01", -1))) == 1001
    assert tried(any_world, any_world.form("CHAN01", otp=any_world.otp("CHAN01", 1))) == 0
    assert tried(any_world, any_world.form("CHAN01", otp=any_world.otp("CHAN01"))) == 1001


def test_a_spent_code_with_the_right_password_does_not_count_towards_the_lock(any_world: World) -> None:
    used = any_world.form("CHAN01")
    assert tried(any_world, used) == 0
    for _ in range(8):
        assert tried(any_world, any_world.form("CHAN01", otp=used.otp)) == 1001
    assert tried(any_world, any_world.form("CHAN01")) == 0


def test_a_ticket_opens_one_session_within_a_minute(any_world: World) -> None:
    open_session = any_world.services.sessions.open
    first = ticket(any_world)
    any_world.clock.move(seconds=59.999)
    assert open_session(first.ticket, "x").me.login_id == "CHAN01"
    assert outcome(lambda: open_session(first.ticket, "x")) == 1003
    late = ticket(any_world)
    any_world.clock.move(seconds=60)
    assert outcome(lambda: open_session(late.ticket, "x")) == 1003
    for forged in ("", "x", "é", "A" * 44, late.ticket[:-4]):
        assert outcome(lambda forged=forged: open_session(forged, "x")) == 1003  # type: ignore[misc]


def test_a_ticket_from_before_a_suspension_opens_nothing_after_it(any_world: World) -> None:
    handed = ticket(any_world)
    any_world.services.access.suspend(any_world.actor("WONGDA1"), "CHAN01")
    assert outcome(lambda: any_world.services.sessions.open(handed.ticket, "x")) == 1016
    with any_world.platform.store.engine.connect() as connection:
        mine = text("SELECT count(*) FROM sessions JOIN accounts ON id = account_id WHERE login_id = 'CHAN01'")
        assert connection.execute(mine).scalar_one() == 0


def test_a_suspended_account_hears_so_only_when_all_was_right(any_world: World) -> None:
    any_world.services.access.suspend(any_world.actor("WONGDA1"), "CHAN01")
    assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
    assert tried(any_world, any_world.form("CHAN01", otp="000000")) == 1001
    assert tried(any_world, any_world.form("CHAN01")) == 1016
