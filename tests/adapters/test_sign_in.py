"""Signing in on both databases: what is right, what counts as wrong, and what locks."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from backend.adapters.passwords import Argon2Passwords
from backend.contract.faults import Refused
from backend.contract.messages import SignIn
from tests.adapters.signing_in import (
    WRONG,
    Counted,
    Dying,
    acts,
    entries,
    lock,
    nobody,
    tried,
)
from tests.world import World


def test_all_three_right_open_a_session_and_nothing_less_does(any_world: World, hasher: Counted) -> None:
    assert tried(any_world, any_world.form("CHAN01")) == 0
    assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
    assert tried(any_world, any_world.form("CHAN01", otp="000000")) == 1001
    assert tried(any_world, any_world.form("CHAN01").model_copy(update={"login_id": "LEE02"})) == 1001
    assert tried(any_world, nobody(any_world)) == 1001
    assert hasher.verified == 5, "the same work each time"


@pytest.mark.parametrize("login_id", ["chan01", " CHAN01 ", "Chan01"])
def test_a_login_id_is_taken_in_any_case_and_with_spaces_around(any_world: World, login_id: str) -> None:
    assert tried(any_world, any_world.form("CHAN01").model_copy(update={"login_id": login_id})) == 0


@pytest.mark.databases
@pytest.mark.parametrize(
    "login_id", ["", "RECOVER", "x" * 200, "' OR 1=1 --", "\x00", "CHAN01\x00", "陳大文", "%", "CH\ud800AN"]
)
def test_no_login_id_whatever_breaks_signing_in(any_world: World, login_id: str) -> None:
    form = any_world.form("CHAN01").model_copy(update={"login_id": login_id})
    assert tried(any_world, form) == 1001


def test_right_and_wrong_unknown_and_suspended_all_read_the_same(any_world: World) -> None:
    def words(form: SignIn) -> str:
        with pytest.raises(Refused) as refused:
            any_world.services.sign_in.sign_in(form, "console", "192.0.2.1")
        return str(refused.value)

    any_world.services.access.suspend(any_world.actor("WONGDA1"), "LEE02")
    spent = any_world.form("CHAN01")
    any_world.services.sign_in.sign_in(spent, "console", "192.0.2.9")
    again = any_world.form("CHAN01", otp=spent.otp)
    said = {
        words(any_world.form("CHAN01", password=WRONG)),
        words(any_world.form("CHAN01", otp="000000")),
        words(again),
        words(nobody(any_world)),
        words(any_world.form("LEE02", password=WRONG)),
    }
    assert len(said) == 1 and "existing ECP" in said.pop()


def test_the_sixth_wrong_guess_within_half_an_hour_meets_a_lock(any_world: World, hasher: Counted) -> None:
    lock(any_world, "CHAN01")
    assert hasher.verified == 5
    assert tried(any_world, any_world.form("CHAN01")) == 1002, "even if it is right"
    assert hasher.verified == 5, "and without looking at the password"
    any_world.clock.move(hours=5)
    assert tried(any_world, any_world.form("CHAN01")) == 1002, "a lock does not run out"
    assert tried(any_world, any_world.form("LEE02")) == 0, "others are not held up"


def test_an_unknown_login_id_locks_alike_with_the_same_work(any_world: World, hasher: Counted) -> None:
    lock(any_world, "NOBODY99")
    assert (hasher.verified, hasher.nobody) == (5, 5)
    assert tried(any_world, nobody(any_world)) == 1002
    assert tried(any_world, nobody(any_world, "nobody99 ")) == 1002
    assert hasher.verified == 5


def test_a_right_sign_in_forgives_what_failed_before(any_world: World) -> None:
    for _ in range(3):
        for _ in range(4):
            assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
        assert tried(any_world, any_world.form("CHAN01")) == 0
        any_world.clock.move(minutes=1)


def test_guesses_older_than_half_an_hour_are_forgotten(any_world: World) -> None:
    for _ in range(4):
        tried(any_world, any_world.form("CHAN01", password=WRONG))
    any_world.clock.move(minutes=30)
    for _ in range(4):
        assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
    assert tried(any_world, any_world.form("CHAN01")) == 0


def test_twenty_failures_in_a_row_lock_at_any_pace(any_world: World, hasher: Counted) -> None:
    for _ in range(20):
        assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
        any_world.clock.move(minutes=31)
    assert tried(any_world, any_world.form("CHAN01")) == 1002
    assert hasher.verified == 20


def test_a_lock_stops_sign_ins_and_nothing_else(any_world: World) -> None:
    token = any_world.token("CHAN01")
    lock(any_world, "CHAN01")
    assert any_world.services.sessions.actor(token, "console", "x", background=False).login_id == "CHAN01"


def test_attempts_whose_process_died_count_as_failures_after_a_minute(any_world: World) -> None:
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            any_world.services.sign_in._hasher = Dying()
            any_world.services.sign_in.sign_in(any_world.form("CHAN01"), "console", "192.0.2.1")
        any_world.clock.move(seconds=-30)
    any_world.services.sign_in._hasher = any_world.platform.hasher
    assert tried(any_world, any_world.form("CHAN01")) == 1007, "five are still being looked at"
    any_world.clock.move(minutes=1)
    assert tried(any_world, any_world.form("CHAN01")) == 1002
    assert "locked" in acts(any_world)


def test_a_row_of_failures_leaves_its_first_and_what_ended_it(any_world: World) -> None:
    """Whoever guesses cannot make the log grow, and what they did is counted all the same."""
    tried(any_world, any_world.form("CHAN01"))
    tried(any_world, any_world.form("LEE02", password=WRONG))
    lock(any_world, "TAI09")
    for _ in range(3):
        tried(any_world, any_world.form("CHAN01", password=WRONG))
    tried(any_world, any_world.form("CHAN01"))
    refused = ("sign-in-refused", 1001, None)
    assert entries(any_world) == [
        ("signed-in", None, None),
        refused,
        refused,
        ("locked", 1002, 5),
        refused,
        ("signed-in", None, 3),
    ]
    with any_world.platform.store.reading() as rows:
        entry = rows.activity(1)
        assert entry is not None and entry.login_id == "LEE02"
        assert "192.0.2.1" not in entry.text() and entry.source == "192.0.2.1"


def test_a_thousand_guesses_at_any_pace_leave_two_entries(any_world: World) -> None:
    for _ in range(25):
        tried(any_world, any_world.form("CHAN01", password=WRONG))
        any_world.clock.move(minutes=31)
    assert entries(any_world) == [("sign-in-refused", 1001, None), ("locked", 1002, 20)]


def test_a_hash_of_weaker_parameters_is_made_anew_at_sign_in_and_at_nothing_less(
    any_world: World, hasher: Counted
) -> None:
    def kept() -> str:
        with any_world.platform.store.reading() as rows:
            account = rows.account("CHAN01")
            assert account is not None
            return account.password_hash

    stronger, before = Argon2Passwords(memory_kib=128, passes=1), kept()
    hasher._hasher = stronger
    assert tried(any_world, any_world.form("CHAN01", otp="000000")) == 1001
    assert (kept(), hasher.hashed) == (before, 0), "the time it takes would tell that the password was right"
    assert tried(any_world, any_world.form("CHAN01")) == 0
    assert "m=128" in kept() and not stronger.outdated(kept())
    assert tried(any_world, any_world.form("CHAN01")) == 0
    assert hasher.hashed == 1


def test_a_login_id_nobody_has_is_not_written_down(any_world: World) -> None:
    """Somebody may have typed a password there."""
    tried(any_world, nobody(any_world, "HUNTER2HUNTER2"))
    with any_world.platform.store.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM activity")).all()
        assert "HUNTER2" not in repr(rows) + repr(connection.execute(text("SELECT * FROM throttles")).all())


def test_strangers_leave_no_entry_and_nothing_of_a_sign_in_is_kept_for_ever(any_world: World) -> None:
    for number in range(6):
        assert tried(any_world, nobody(any_world, f"NOBODY{number}")) == 1001
    assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001
    assert tried(any_world, any_world.form("CHAN01")) == 0
    assert acts(any_world) == ["sign-in-refused", "signed-in"], "only what happened to an account"
    any_world.clock.move(minutes=31)
    any_world.token("LEE02")
    with any_world.platform.store.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM attempts")) == 0
        assert connection.scalar(text("SELECT count(*) FROM throttles WHERE failures = 0")) == 0
