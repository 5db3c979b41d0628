"""Refusals as text: what was written is read back in its own words, and hostile text stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contract.faults import DISAGREE, GOING_DOWN, TOO_LARGE, UNEXPECTED, WRONG_CONTENT, Exit, Refused
from backend.contract.rules.refusals import read_refusal, read_status, refusal_text


def test_a_refusal_comes_back_with_number_words_findings_and_exit_code() -> None:
    refused = Refused(WRONG_CONTENT, what="Row 4 is wrong.", fix="Correct it.", findings="Row 4: x\nRow 8: y")
    text = refusal_text(refused, file_name="a.csv", at="2022-05-20T08:00:00.000Z")
    again = read_refusal(text)
    assert (again.number, again.what, again.remedy) == (4514, "Row 4 is wrong.", "Correct it.")
    assert again.findings == ("Row 4: x", "Row 8: y") and again.fault.exit is Exit.NOT_ACCEPTABLE
    assert str(again) == str(refused)
    large = read_refusal(refusal_text(Refused(TOO_LARGE, size="9", folder="SD-1", limit="8"), file_name="a.csv"))
    assert large.what == "The file has 9 bytes; folder SD-1 takes at most 8." and large.findings == ()


def test_a_status_is_read_by_number_and_title_together() -> None:
    said = read_status(str(Refused(DISAGREE, what="The name says a, the date b.", fix="Rename it.")))
    assert said is not None and (said.number, said.what) == (4505, "The name says a, the date b. Rename it.")
    down = read_status(f"{GOING_DOWN.number} {GOING_DOWN.title}")
    assert down is not None and down.fault is GOING_DOWN
    whole = read_status(str(Refused(GOING_DOWN)))
    assert whole is not None and whole.fault is GOING_DOWN and whole.fault.exit is Exit.NETWORK
    for other in ("Failure", "", "4505", "4505 Something else: x", "9999 Name", "45055 Name, identity"):
        assert read_status(other) is None


@pytest.mark.parametrize(
    "text", ["", "4505 x", "x\n\ny\nz\n", "4505 x\n\nonly one line\n", "4505 x\n\na\nb\nc\n\nd: e\n"]
)
def test_what_is_no_refusal_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(ValueError, match="not a refusal"):
        read_refusal(text)


def test_a_number_of_another_version_is_9000_and_words_are_shown_harmless() -> None:
    unknown = read_refusal("4999 New\n\nwhat\nfix\n\nat: x\n")
    assert unknown.fault is UNEXPECTED and "4999" in unknown.what
    hostile = read_refusal("4505 x\n\n\x1b]52;c;eA==\x07{what}{0}\n{fix}\u202e\n\nat: x\n")
    assert "\x1b" not in str(hostile) and "\u202e" not in str(hostile) and "{what}{0}" in hostile.what


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_and_never_breaks(text: str) -> None:
    read_status(text)
    try:
        str(read_refusal(text))
    except ValueError:
        return
