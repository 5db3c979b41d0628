"""A recovery code in place of the One-Time-Password: once, its owner's alone, and only with the right password."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from tests.adapters.signing_in import WRONG, Counted, all_at_once, nobody, outcome, recovery_codes, tried
from tests.world import World


def left(world: World) -> int:
    with world.platform.store.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM recovery_codes")).scalar_one())


def test_each_recovery_code_signs_in_once_and_its_entry_says_so(any_world: World) -> None:
    codes = recovery_codes(any_world, "CHAN01")
    for number, code in enumerate(codes):
        assert tried(any_world, any_world.form("CHAN01", otp=code)) == 0
        assert left(any_world) == 9 - number
        assert tried(any_world, any_world.form("CHAN01", otp=code)) == 1001
        with any_world.platform.store.reading() as rows:
            entry = rows.activity(rows.head().size - 2)
        assert entry is not None and (entry.act, entry.object) == ("signed-in", "recovery-code")
    assert tried(any_world, any_world.form("CHAN01")) == 0, "the authenticator goes on"


def test_a_recovery_code_with_a_wrong_password_is_not_spent(any_world: World) -> None:
    codes = recovery_codes(any_world, "CHAN01")
    for _ in range(4):
        assert tried(any_world, any_world.form("CHAN01", password=WRONG, otp=codes[0])) == 1001
    assert left(any_world) == 10
    assert tried(any_world, any_world.form("CHAN01", otp=codes[0].lower().replace("-", " "))) == 0


def test_the_recovery_code_of_somebody_else_is_a_wrong_one(any_world: World) -> None:
    codes = recovery_codes(any_world, "LEE02")
    assert tried(any_world, any_world.form("CHAN01", otp=codes[0])) == 1001
    assert left(any_world) == 10


def test_wrong_recovery_codes_lock_like_any_guess(any_world: World, hasher: Counted) -> None:
    recovery_codes(any_world, "CHAN01")
    for _ in range(5):
        assert tried(any_world, any_world.form("CHAN01", otp="AAAAA-AAAAA")) == 1001
    assert tried(any_world, any_world.form("CHAN01")) == 1002
    assert tried(any_world, nobody(any_world).model_copy(update={"otp": "AAAAA-AAAAA"})) == 1001
    assert hasher.verified == 6 and hasher.nobody == 1


@pytest.mark.databases
def test_of_parallel_sign_ins_with_one_recovery_code_exactly_one_gets_in(any_world: World) -> None:
    code = recovery_codes(any_world, "CHAN01")[0]
    outcomes = all_at_once(any_world, [any_world.form("CHAN01", otp=code) for _ in range(5)])
    assert outcomes.count(0) == 1 and set(outcomes) <= {0, 1001, 1007}
    assert left(any_world) == 9


@pytest.mark.parametrize("times", [1, 5])
def test_a_recovery_code_confirms_inside_a_session_once(any_world: World, times: int) -> None:
    code, actor = recovery_codes(any_world, "WONGDA1")[0], any_world.actor("WONGDA1")
    confirm = any_world.services.confirmation.confirm
    with ThreadPoolExecutor(times) as threads:
        outcomes = sorted(threads.map(lambda _: outcome(lambda: confirm(actor, code)), range(times)))
    assert outcomes == [0] + [1006] * (times - 1)
    assert left(any_world) == 9
