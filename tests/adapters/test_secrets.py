"""Passwords, One-Time-Passwords and the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.clock import SystemClock
from backend.adapters.one_time_codes import OneTimeCodes, code, step_at
from backend.adapters.passwords import Argon2Passwords

SEED = b"12345678901234567890"
"""RFC 6238, appendix B."""
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
NOW = datetime(2022, 5, 20, 8, 0, 10, tzinfo=UTC)
CHEAP = Argon2Passwords(memory_kib=64, passes=1)


# ── One-Time-Passwords ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("seconds", "digits"), VECTORS.items())
def test_codes_are_those_of_rfc_6238(seconds: int, digits: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert code(SEED, step_at(now)) == digits[-6:]


@pytest.fixture
def codes() -> OneTimeCodes:
    return OneTimeCodes(b"k" * 32)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_counts_one_step_to_either_side(codes: OneTimeCodes, steps: int) -> None:
    step = step_at(NOW) + steps
    assert codes.step_of(codes.seal(SEED), code(SEED, step), NOW) == step


@pytest.mark.parametrize("steps", [-2, 2, -100, 100])
def test_a_code_of_another_time_does_not(codes: OneTimeCodes, steps: int) -> None:
    assert codes.step_of(codes.seal(SEED), code(SEED, step_at(NOW) + steps), NOW) is None


def test_only_six_ascii_digits_are_a_code(codes: OneTimeCodes) -> None:
    right = code(SEED, step_at(NOW))
    wide = "".join(chr(0xFF10 + int(digit)) for digit in right)
    arabic = "".join(chr(0x660 + int(digit)) for digit in right)
    for wrong in (wide, arabic, right[:5], right + "0", " " + right, right + "\n", right[:3] + " " + right[3:], ""):
        assert codes.step_of(codes.seal(SEED), wrong, NOW) is None


@given(st.text(max_size=12))
def test_no_text_whatever_breaks_checking_a_code(text: str) -> None:
    codes = OneTimeCodes(b"k" * 32)
    assert codes.step_of(None, text, NOW) is None


def test_nobody_has_no_right_code(codes: OneTimeCodes) -> None:
    assert all(codes.step_of(None, f"{number:06d}", NOW) is None for number in range(0, 10**6, 40_000))


def test_a_seed_is_sealed_anew_each_time_and_opens_with_its_own_key_only(codes: OneTimeCodes) -> None:
    sealed = codes.seal(SEED)
    assert SEED not in sealed and sealed != codes.seal(SEED)
    right = code(SEED, step_at(NOW))
    assert codes.step_of(sealed, right, NOW) is not None
    assert OneTimeCodes(b"x" * 32).step_of(sealed, right, NOW) is None
    assert codes.step_of(sealed[:-1] + bytes([sealed[-1] ^ 1]), right, NOW) is None
    assert codes.step_of(b"short", right, NOW) is None


# ── passwords ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_password_belongs_to_its_hash_and_to_no_other() -> None:
    hashed = CHEAP.hash("amber-lantern-42 陳")
    assert CHEAP.verify("amber-lantern-42 陳", hashed)
    assert not CHEAP.verify("amber-lantern-42", hashed)
    assert not CHEAP.verify("", hashed)
    assert hashed != CHEAP.hash("amber-lantern-42 陳"), "salted"


def test_a_password_typed_decomposed_is_the_same_password() -> None:
    assert CHEAP.verify("cafe\u0301", CHEAP.hash("caf\u00e9"))


def test_nobody_has_no_right_password_not_even_the_dummys() -> None:
    assert not CHEAP.verify("nobody has this password", None)


def test_a_damaged_hash_refuses_and_does_not_break() -> None:
    for damaged in ("", "x", "$argon2id$", CHEAP.hash("a")[:-1]):
        assert not CHEAP.verify("a", damaged)


@given(st.text(max_size=30))
def test_any_text_can_be_a_password(text: str) -> None:
    assert CHEAP.verify(text, CHEAP.hash(text))


def test_lone_surrogates_do_not_break_anything() -> None:
    assert not CHEAP.verify("\ud800", CHEAP.hash("a"))


def test_passwords_are_argon2id_with_64_mib_and_three_passes() -> None:
    assert "$argon2id$" in Argon2Passwords().hash("x") and "m=65536,t=3,p=1" in Argon2Passwords().hash("x")


# ── clock ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_clock_says_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC and abs(now - datetime.now(UTC)) < timedelta(seconds=5)
