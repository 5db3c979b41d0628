"""Typeable codes: whatever people paste is read, and what is missing or mistyped is said before anything is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contract.faults import Refused
from backend.contract.rules.codes import (
    ALPHABET,
    code_of,
    grouped,
    looks_like_recovery_code,
    read_code,
    read_recovery_code,
    recovery_code_of,
)

CODE = code_of(bytes(range(20)))
SHOWN = grouped(CODE)
BODIES = st.binary(min_size=20, max_size=20)


def said(text: str) -> str:
    with pytest.raises(Refused) as refused:
        read_code(text)
    assert refused.value.number == 1010
    return refused.value.what


@given(BODIES)
def test_a_code_is_six_groups_of_four_and_reads_back(body: bytes) -> None:
    code = code_of(body)
    assert len(code) == 24 and set(code) <= set(ALPHABET)
    assert [len(group) for group in grouped(code).split("-")] == [4] * 6
    assert read_code(grouped(code)) == read_code(code) == code


@pytest.mark.parametrize(
    "pasted",
    [
        SHOWN.lower(),
        f"  {SHOWN}\n",
        SHOWN.replace("-", " "),
        SHOWN.replace("-", "\u2013"),
        SHOWN.replace("-", "\u00a0-\u200b"),
        SHOWN.replace("-", "\r\n"),
        SHOWN.replace("0", "O").replace("1", "l"),
        SHOWN.replace("0", "o").replace("1", "I"),
        "".join(chr(ord(one) + 0xFEE0) for one in CODE),
        f"ecp recover {SHOWN}",
        f"    ECP RECOVER {SHOWN.lower()}  ",
        f"$ ecp recover '{SHOWN}'",
        f"<{SHOWN}>.",
        f"https://ecp.example/recover#{SHOWN}",
        f"<https://ecp.example:8443/recover/?a=1#{SHOWN}>",
    ],
)
def test_what_people_paste_is_read(pasted: str) -> None:
    assert read_code(pasted) == CODE


@pytest.mark.parametrize(
    ("pasted", "what"),
    [
        (SHOWN[:-7], "6 characters are missing."),
        (SHOWN[:-1], "1 character is missing."),
        ("", "24 characters are missing."),
        ("https://ecp.example/recover", "24 characters are missing."),
        (f"https://ecp.example/recover#{SHOWN[:11]}", "15 characters are missing."),
        (SHOWN + "-7", "It has 1 character too many."),
        (SHOWN + SHOWN, "It has 24 characters too many."),
        (SHOWN.replace("2", "U"), "It is mistyped: U stands in no code."),
        ("陳大文", "It is mistyped: 大 stands in no code."),
    ],
)
def test_what_is_wrong_with_a_paste_is_said_exactly(pasted: str, what: str) -> None:
    assert said(pasted) == what


@given(BODIES, st.integers(0, 23), st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_noticed(body: bytes, place: int, typed: str) -> None:
    code = code_of(body)
    wrong = code[:place] + typed + code[place + 1 :]
    if wrong != code:
        # four check characters: one in a million changed bodies still fits
        assert said(wrong) == "It is mistyped: its characters do not belong together."


@given(BODIES, st.integers(0, 22))
def test_two_characters_in_the_wrong_order_are_noticed(body: bytes, place: int) -> None:
    code = code_of(body)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if wrong != code:
        assert "mistyped" in said(wrong)


@given(st.text(max_size=200))
def test_no_text_whatever_breaks_reading_a_code(text: str) -> None:
    try:
        assert len(read_code(text)) == 24
    except Refused as refused:
        assert refused.number == 1010 and refused.what.endswith(".")


@given(st.binary(min_size=10, max_size=10))
def test_a_recovery_code_is_two_groups_of_five_and_is_no_one_time_password(body: bytes) -> None:
    code = recovery_code_of(body)
    assert [len(group) for group in code.split("-")] == [5, 5]
    assert read_recovery_code(f" {code.lower().replace('-', ' ')} ") == code.replace("-", "")
    assert looks_like_recovery_code(code) and not looks_like_recovery_code("123456")


@pytest.mark.parametrize("text", ["", "123456", "ABCDE-FGHJ", "ABCDE-FGHJKM", "UUUUU-UUUUU", "陳" * 10])
def test_what_cannot_be_a_recovery_code_is_none(text: str) -> None:
    assert read_recovery_code(text) is None
