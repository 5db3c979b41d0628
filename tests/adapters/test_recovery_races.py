"""Many recovering at once: the limits hold, and exactly one gets what there is one of."""

from __future__ import annotations

from functools import partial

import pytest

from tests.adapters.recovering import (
    ask,
    begin,
    confirm,
    invite,
    later,
    look,
    reset,
    shown_by,
    together,
    unlock,
)
from tests.adapters.signing_in import WRONG, Counted, Dying, outcome, recovery_codes, tried
from tests.world import NEW_PASSWORD, World

pytestmark = pytest.mark.databases


class CountedCodes:
    """One-Time-Passwords, counted."""

    def __init__(self, world: World) -> None:
        self._codes = world.platform.codes
        self.looked_at = 0
        world.services.recovery.codes = self  # type: ignore[assignment]  # it meets the port

    def step_of(self, *asked: object) -> int | None:
        self.looked_at += 1
        return self._codes.step_of(*asked)  # type: ignore[arg-type]  # as they came


def test_of_thirty_parallel_resets_with_one_code_exactly_one_is_done(any_world: World) -> None:
    code, otp = any_world.issue("CHAN01", "reset"), any_world.fresh_otp("CHAN01")

    def one(number: int) -> int:
        return reset(any_world, code, otp, f"{NEW_PASSWORD}-{number:02d}", f"192.0.2.{number}")

    outcomes = together([partial(one, number) for number in range(30)])
    assert outcomes.count(0) == 1 and set(outcomes) <= {0, 1006, 1013}
    (winner,) = (number for number, told in enumerate(outcomes) if told == 0)
    assert tried(any_world, any_world.form("CHAN01", password=f"{NEW_PASSWORD}-{winner:02d}")) == 0


def test_of_twenty_parallel_guesses_five_are_looked_at_and_the_code_is_dead(any_world: World) -> None:
    code, codes = any_world.issue("CHAN01", "reset"), CountedCodes(any_world)
    guesses = [partial(reset, any_world, code, f"{number:06d}") for number in range(20)]
    outcomes = together(guesses)
    assert codes.looked_at == 5 and outcomes.count(1006) == 5 and outcomes.count(1013) == 15
    assert reset(any_world, code) == 1013


def test_of_parallel_guesses_at_an_enrolments_password_five_are_verified(any_world: World, hasher: Counted) -> None:
    code = any_world.issue("CHAN01", "enrolment")
    outcomes = together([lambda: outcome(lambda: begin(any_world, code, WRONG)) for _ in range(12)])
    assert hasher.verified == outcomes.count(1001) == 5 and outcomes.count(1013) == 7


def test_of_parallel_unlocks_with_one_code_exactly_one_is_done(any_world: World) -> None:
    code, otp = any_world.issue("CHAN01", "unlock"), any_world.fresh_otp("CHAN01")
    outcomes = together([lambda: unlock(any_world, code, otp=otp) for _ in range(8)])
    assert outcomes.count(0) == 1 and set(outcomes) <= {0, 1001, 1013}


def test_of_parallel_confirmations_exactly_one_activates_and_its_recovery_codes_are_the_ones(any_world: World) -> None:
    code = invite(any_world)
    otp = shown_by(any_world, begin(any_world, code))
    outcomes = together([lambda: outcome(lambda: confirm(any_world, code, otp)) for _ in range(8)])
    assert sorted(outcomes)[0] == 0 and outcomes.count(0) == 1 and set(outcomes) <= {0, 1006, 1015}
    with any_world.platform.store.reading() as rows:
        assert rows.recovery_codes_left(any_world.account("NEW01").id) == 10


def test_of_parallel_uses_of_one_recovery_code_exactly_one_counts(any_world: World) -> None:
    first, *_ = recovery_codes(any_world, "CHAN01")
    code = any_world.issue("CHAN01", "reset")
    outcomes = together([lambda: reset(any_world, code, first) for _ in range(5)])
    assert outcomes.count(0) == 1 and set(outcomes) <= {0, 1006, 1013}
    with any_world.platform.store.reading() as rows:
        assert rows.recovery_codes_left(any_world.account("CHAN01").id) == 9


def test_of_parallel_requests_five_are_mailed_and_one_code_works(any_world: World) -> None:
    def one() -> int:
        ask(any_world)
        return 0

    together([one] * 12)
    codes = [mail.text.split("ecp recover ")[1].split()[0] for mail in any_world.mails("CHAN01")]
    assert len(codes) == 5 and sorted(look(any_world, code) for code in codes) == [0, 1012, 1012, 1012, 1012]


def test_a_process_that_dies_while_it_verifies_has_had_its_try(any_world: World) -> None:
    code = any_world.issue("CHAN01", "unlock")
    any_world.services.recovery.hasher = Dying()
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            unlock(any_world, code)
    later(any_world, seconds=30)
    assert unlock(any_world, code) == 1013


def test_what_was_verified_before_an_authenticator_was_taken_away_sets_no_password(any_world: World) -> None:
    code, otp, chan = any_world.issue("CHAN01", "reset"), any_world.fresh_otp("CHAN01"), any_world.account("CHAN01")

    class Late:
        def hash(self, password: str) -> str:
            any_world.platform.store.write(lambda unit: unit.forget_otp(chan.id))
            return any_world.platform.hasher.hash(password)

    any_world.services.recovery.hasher = Late()  # type: ignore[assignment]  # what a reset asks of it
    assert reset(any_world, code, otp) == 1013
    assert any_world.account("CHAN01").password_hash == chan.password_hash
