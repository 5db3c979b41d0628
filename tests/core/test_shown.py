"""What is shown of hostile text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contract.rules.shown import shown, shown_lines


@given(st.text(), st.integers(1, 50))
def test_nothing_a_terminal_obeys_is_ever_shown(text: str, limit: int) -> None:
    seen = shown(text, limit)
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in seen)
    seen.encode("utf-8")


@given(st.text())
def test_showing_twice_shows_the_same(text: str) -> None:
    assert shown(shown(text)) == shown(text)


@pytest.mark.parametrize(
    ("hostile", "seen"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\x00b", "a\\x00b"),
        ("a\r\nb", "a\\x0d\\x0ab"),
        ("gpj\u202eexe", "gpj\\u202eexe"),
        ("\u200b", "\\u200b"),
        ("\ud800", "\\ud800"),
        ("\x9b", "\\x9b"),
        ("\u2028", "\\u2028"),
        ("陳大文", "陳大文"),
        ("[/b]", "[/b]"),
    ],
)
def test_an_escape_is_written_out(hostile: str, seen: str) -> None:
    assert shown(hostile) == seen


def test_long_text_is_cut_with_a_mark() -> None:
    assert shown("a" * 100, 10) == "a" * 9 + "…"
    assert shown("a" * 10, 10) == "a" * 10


def test_lines_stay_lines_in_a_document() -> None:
    assert shown_lines("a\nb\x1b\n") == "a\nb\\x1b\n"
