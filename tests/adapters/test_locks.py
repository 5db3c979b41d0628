"""Locks: whose they are, what lifts them, what is told of them, and when a stranger's is forgotten."""

from __future__ import annotations

from sqlalchemy import text

from tests.adapters.signing_in import WRONG, entries, guess, lock, nobody, tried, unlocked
from tests.world import World


def throttles(world: World) -> int:
    with world.platform.store.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM throttles")).scalar_one())


def mails(world: World) -> int:
    with world.platform.store.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM mails")).scalar_one())


def test_unlocking_clears_lock_failures_and_attempts_of_that_account_alone(any_world: World) -> None:
    lock(any_world, "CHAN01")
    lock(any_world, "LEE02")
    assert unlocked(any_world, "CHAN01")
    assert not unlocked(any_world, "CHAN01"), "there is nothing left to unlock"
    for _ in range(4):
        assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
    assert tried(any_world, any_world.form("CHAN01")) == 0
    assert tried(any_world, any_world.form("LEE02")) == 1002


def test_unlocking_forgives_twenty_in_a_row_too(any_world: World) -> None:
    for _ in range(20):
        tried(any_world, any_world.form("CHAN01", password=WRONG))
        any_world.clock.move(minutes=31)
    assert unlocked(any_world, "CHAN01")
    assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
    assert tried(any_world, any_world.form("CHAN01")) == 0


def test_a_lock_is_told_of_its_account_and_of_no_other(any_world: World) -> None:
    lock(any_world, "CHAN01")
    lock(any_world, "NOBODY99")
    with any_world.platform.store.reading() as rows:
        by_id = {one.id: one.login_id for name in ("CHAN01", "LEE02") if (one := rows.account(name)) is not None}
        assert [by_id[one] for one in rows.locked(list(by_id))] == ["CHAN01"]
        assert rows.locked([]) == set()


def test_whose_account_is_locked_gets_one_mail_and_nobody_gets_none(any_world: World) -> None:
    lock(any_world, "NOBODY99")
    assert mails(any_world) == 0
    lock(any_world, "CHAN01")
    assert mails(any_world) == 1
    for _ in range(5):
        assert tried(any_world, guess(any_world)) == 1002
    assert mails(any_world) == 1


def test_a_suspended_account_that_locks_gets_no_mail(any_world: World) -> None:
    any_world.services.access.suspend(any_world.actor("WONGDA1"), "CHAN01")
    lock(any_world, "CHAN01")
    assert mails(any_world) == 0
    assert ("locked", 1002, 5) in entries(any_world)


def test_several_at_the_end_of_twenty_in_a_row_leave_one_lock_in_the_log(any_world: World) -> None:
    for _ in range(19):
        tried(any_world, any_world.form("CHAN01", password=WRONG))
        any_world.clock.move(minutes=31)
    sign_in, store = any_world.services.sign_in, any_world.platform.store
    attempts = [store.write(lambda unit: sign_in._reserve(unit, "CHAN01", "console", "x")) for _ in range(4)]
    for attempt in attempts:
        store.write(lambda unit, attempt=attempt: sign_in._failed(unit, attempt) and None)  # type: ignore[misc]
    assert [act for act, _, _ in entries(any_world)] == ["sign-in-refused", "locked"]


def test_a_strangers_row_is_forgotten_after_90_days_and_an_accounts_lock_is_not(any_world: World) -> None:
    lock(any_world, "NOBODY99")
    lock(any_world, "CHAN01")
    any_world.clock.move(days=89)
    assert tried(any_world, nobody(any_world)) == 1002
    any_world.token("LEE02")
    assert throttles(any_world) == 2, "whoever is seen again is remembered"
    any_world.clock.move(days=91)
    any_world.token("LEE02")
    assert throttles(any_world) == 1, "that of an account"
    assert tried(any_world, any_world.form("CHAN01")) == 1002
    assert tried(any_world, nobody(any_world)) == 1001


def test_a_strangers_row_goes_with_the_attempts_nobody_finished(any_world: World) -> None:
    sign_in, store = any_world.services.sign_in, any_world.platform.store
    store.write(lambda unit: sign_in._reserve(unit, "NOBODY99", "console", "x"))
    any_world.clock.move(days=91)
    any_world.token("LEE02")
    assert throttles(any_world) == 0


def test_a_login_id_that_locked_before_it_was_anybodys_can_be_unlocked_once_it_is(any_world: World) -> None:
    lock(any_world, "NEWCOM01")
    with any_world.platform.store.engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE accounts SET login_id = 'NEWCOM01' WHERE login_id = 'LEE02'"))
    any_world.people["NEWCOM01"] = any_world.people["LEE02"]
    assert tried(any_world, any_world.form("NEWCOM01")) == 1002
    assert unlocked(any_world, "NEWCOM01")
    assert tried(any_world, any_world.form("NEWCOM01")) == 0
