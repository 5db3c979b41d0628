"""Many signing in at once: the limits hold, and exactly one gets what there is one of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.adapters.signing_in import (
    WRONG,
    Counted,
    all_at_once,
    guess,
    nobody,
    outcome,
    ticket,
    tried,
)
from tests.world import World

pytestmark = pytest.mark.databases


def test_parallel_guesses_never_get_more_than_five_verifications(any_world: World, hasher: Counted) -> None:
    forms = [guess(any_world) for _ in range(16)]
    outcomes = all_at_once(any_world, forms)
    assert hasher.verified <= 5
    assert set(outcomes) <= {1001, 1002, 1007} and outcomes.count(1001) == hasher.verified == 5
    assert tried(any_world, any_world.form("CHAN01")) == 1002


def test_parallel_guesses_at_nobody_are_limited_alike(any_world: World, hasher: Counted) -> None:
    outcomes = all_at_once(any_world, [nobody(any_world) for _ in range(12)])
    assert hasher.verified == outcomes.count(1001) == 5
    assert tried(any_world, nobody(any_world)) == 1002


def test_of_parallel_sign_ins_with_one_code_exactly_one_gets_in(any_world: World, hasher: Counted) -> None:
    otp = any_world.fresh_otp("CHAN01")
    outcomes = all_at_once(any_world, [any_world.form("CHAN01", otp=otp) for _ in range(10)])
    assert outcomes.count(0) == 1 and set(outcomes) <= {0, 1001, 1007}
    assert tried(any_world, any_world.form("CHAN01")) == 0, "the losers counted nothing"


def test_of_parallel_sign_ins_with_one_transaction_exactly_one_gets_in(any_world: World) -> None:
    any_world.clock.move(minutes=2)
    forms = [any_world.form("CHAN01", otp=any_world.otp("CHAN01", step)) for step in (-1, 0, 1)]
    outcomes = all_at_once(any_world, [form.model_copy(update={"transaction": forms[0].transaction}) for form in forms])
    assert outcomes.count(0) == 1 and set(outcomes) <= {0, 1001, 1003}


def test_a_right_sign_in_among_wrong_ones_gets_in_and_forgives_them(any_world: World) -> None:
    wrong = [guess(any_world) for _ in range(4)]
    assert sorted(all_at_once(any_world, [*wrong, any_world.form("CHAN01")])) == [0, 1001, 1001, 1001, 1001]
    for _ in range(4):
        assert tried(any_world, any_world.form("CHAN01", password=WRONG)) == 1001, "at most those that came later count"
        if tried(any_world, any_world.form("CHAN01")) == 0:
            return
    raise AssertionError("locked by guesses that a right sign-in had forgiven")


def test_of_parallel_uses_of_one_ticket_exactly_one_opens_a_session(any_world: World) -> None:
    handed = ticket(any_world)
    with ThreadPoolExecutor(8) as threads:
        use = [threads.submit(outcome, lambda: any_world.services.sessions.open(handed.ticket, "x")) for _ in range(8)]
        outcomes = [one.result(10) for one in use]
    assert sorted(outcomes) == [0, *[1003] * 7]
