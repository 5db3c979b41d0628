"""Locks: whose they are, what lifts them, what is told of them, and when a stranger's is forgotten."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.adapters.recovering import invite
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


def test_what_a_stranger_locked_before_somebody_came_locks_nobody_out(any_world: World) -> None:
    lock(any_world, "KWOK03")
    code = invite(any_world, "KWOK03", "kwok03@acme.example")
    for _ in range(3):
        assert tried(any_world, nobody(any_world, "KWOK03")) == 1002
    assert code and any_world.join("KWOK03")
    assert tried(any_world, any_world.form("KWOK03")) == 0
    lock(any_world, "KWOK03")
    assert tried(any_world, any_world.form("KWOK03")) == 1002, "from now on it is the account's own lock"
    assert mails(any_world) == 2, "the invitation, and how to unlock"


@pytest.mark.databases
def test_tries_of_strangers_still_count_together_and_against_whoever_comes_not_at_all(any_world: World) -> None:
    for _ in range(4):
        assert tried(any_world, nobody(any_world, "KWOK03")) == 1001
    invite(any_world, "KWOK03", "kwok03@acme.example")
    any_world.join("KWOK03")
    for _ in range(4):
        assert tried(any_world, any_world.form("KWOK03", password=WRONG)) == 1001
    assert tried(any_world, any_world.form("KWOK03")) == 0


def test_a_lock_from_before_accounts_were_noted_is_the_next_tries_to_clear(any_world: World) -> None:
    lock(any_world, "CHAN01")
    with any_world.platform.store.engine.begin() as connection:
        connection.execute(text("UPDATE throttles SET account_id = NULL"))
    assert tried(any_world, any_world.form("CHAN01")) == 0


def test_enrolling_anew_clears_the_lock_the_account_had(any_world: World) -> None:
    lock(any_world, "CHAN01")
    account = any_world.account("CHAN01")
    any_world.platform.store.write(lambda unit: unit.move_account(account.id, "active", "invited"))
    any_world.issue("CHAN01", "invitation")
    any_world.join("CHAN01")
    assert tried(any_world, any_world.form("CHAN01")) == 0


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
