"""What a folder expects of its files: what is found, that both ways of reading find the same, and what it costs."""

from __future__ import annotations

import re
import tomllib
import tracemalloc
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise, repeat
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.contract.faults import Refused
from backend.contract.rules import content_check, content_watch
from backend.contract.rules.content import Column, ContentRule
from backend.contract.rules.content_check import ContentCheck
from backend.contract.rules.content_pattern import numbers_within
from backend.contract.rules.expectations import Expectation, explanation_of
from backend.contract.rules.shown import shown
from backend.core.content_text import content_of

DAY: Final = date(2022, 5, 20)
COLUMNS: Final = (
    Column("id", "integer", longest=9),
    Column("on", "date", empty=True),
    Column("price", "number", longest=9, empty=True),
    Column("note", longest=9, empty=True, optional=True),
    Column("secret", "integer", private=True, optional=True),
)
RULE: Final = ContentRule(
    COLUMNS,
    last_line="T,{rows}",
    expect=(
        Expectation("rows", least=1, most=3),
        Expectation("range", "id", least=5, most=250),
        Expectation("input_date", "on"),
        Expectation("range", "price", most=9.5),
        Expectation("filled", "note"),
        Expectation("range", "secret", least=-3, most=99),
    ),
)
HEAD: Final = "id,on,price,note,secret"
RIGHT: Final = "7,2022-05-20,1.5,x,4"
MIB: Final = 1 << 20


def found(*rows: str, rule: ContentRule = RULE, head: str = HEAD, day: date | None = DAY) -> list[tuple[str, str]]:
    check = ContentCheck(rule, day)
    check.feed("\n".join([head, *rows, f"T,{len(rows)}", ""]).encode())
    assert check.finish() == ()
    return [(one.code, one.words) for one in check.unexpected]


def test_a_file_as_expected_has_nothing_to_explain() -> None:
    assert found(RIGHT, "250,,,x,-3", '"5","2022-05-20",-80,"x",0099') == []


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ("4,,,x,1", "range.id", 'Row 3, column 1 (id): "4", expected 5 to 250'),
        ("251,,,x,1", "range.id", 'Row 3, column 1 (id): "251", expected 5 to 250'),
        ("-7,,,x,1", "range.id", 'Row 3, column 1 (id): "-7", expected 5 to 250'),
        (
            "7,2022-05-19,,x,1",
            "input_date.on",
            'Row 3, column 2 (on): "2022-05-19", expected the input date 2022-05-20',
        ),
        ("7,,9.51,x,1", "range.price", 'Row 3, column 3 (price): "9.51", expected at most 9.5'),
        ("7,,10,x,1", "range.price", 'Row 3, column 3 (price): "10", expected at most 9.5'),
        ("7,,,,1", "filled.note", "Row 3, column 4 (note): empty, expected a value"),
        ('7,,,"",1', "filled.note", "Row 3, column 4 (note): empty, expected a value"),
        ("7,,,x,-4", "range.secret", "Row 3, column 5 (secret): a value, expected -3 to 99"),
    ],
)
def test_the_first_row_that_is_not_as_expected_is_told_and_the_others_counted(row: str, code: str, words: str) -> None:
    assert found(RIGHT, row) == [(code, words)]
    assert found(RIGHT, row, row) == [(code, f"{words}; 1 more row")]
    assert found(row, RIGHT, row)[0][1].startswith("Row 2")


def test_what_is_true_of_the_whole_file_is_told_at_its_end() -> None:
    assert found(*[RIGHT] * 4) == [("rows", "Rows: 4, expected 1 to 3")]
    assert found() == [("rows", "Rows: 0, expected 1 to 3")]
    assert found("7,2022-05-20,1", head="id,on,price") == [
        ("filled.note", "Column note: missing, expected in every row")
    ]


def test_without_an_input_date_none_is_expected() -> None:
    assert found("7,1999-12-31,,x,1", day=None) == []


def test_no_value_tells_more_than_a_screen_may_show() -> None:
    rule = ContentRule((Column("on", "date"), Column("t", empty=True)), expect=(Expectation("input_date", "on"),))
    check = ContentCheck(rule, DAY)
    check.feed(b"on,t\n2022-05-19,\xe2\x80\xae\x1b]0;x\x07\n")
    assert [one.row for one in check.finish()] == [2]
    assert all(shown(one.words) == one.words for one in check.unexpected)


# ── both ways of reading ─────────────────────────────────────────────────────────────────────────────────────────

_numbers: Final = st.sampled_from(["7", "007", "4", "5", "250", "251", "-7", "", "1.5", "9.5", "9.50", "10", "9.51"])
_dates: Final = st.sampled_from(["2022-05-20", "2022-05-19", "", '"2022-05-20"'])
_row: Final = st.tuples(_numbers, _dates, _numbers, st.sampled_from(["x", "", '""', "陳"]), _numbers).map(",".join)
_files: Final = st.lists(_row, max_size=12).map(lambda rows: "\n".join([HEAD, *rows, f"T,{len(rows)}", ""]).encode())


def judged(pieces: Iterable[bytes], rule: ContentRule = RULE) -> tuple[object, ...]:
    check = ContentCheck(rule, DAY)
    for piece in pieces:
        check.feed(piece)
    findings = check.finish()
    return findings or check.unexpected


@given(_files, st.lists(st.integers(0, 400), max_size=5))
@example(f"{HEAD}\n007,,9.50,x,7\n250,2022-05-20,9.5,x,99\nT,2\n".encode(), [30])
def test_in_any_pieces_and_either_way_the_same_is_found(data: bytes, cuts: list[int]) -> None:
    together = judged([data])
    ends = sorted({0, *(cut for cut in cuts if cut < len(data)), len(data)})
    assert judged([data[start:end] for start, end in pairwise(ends)]) == together
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content_check, "right_rows", lambda *_, **__: re.compile(b""))
        assert judged([data]) == together


_bounds: Final = st.one_of(st.none(), st.integers(-300, 3000), st.sampled_from([0.5, 9.5, 99.99, 10**15, -(10**15)]))


@given(_bounds, _bounds, st.integers(-400, 12_000), st.sampled_from(["", ".0", ".5", ".99"]))
@example(5, 250, 250, ".5")
@example(None, 9.5, 9, ".5")
@example(0, 0, 0, "")
def test_a_pattern_of_numbers_passes_none_that_is_out_of_bounds(
    least: float | None, most: float | None, number: int, fraction: str
) -> None:
    value = f"{number}{fraction}"
    low, high = (None if bound is None else Decimal(str(bound)) for bound in (least, most))
    within = (low is None or Decimal(value) >= low) and (high is None or Decimal(value) <= high)
    whole = re.fullmatch(numbers_within(least, most, whole=True), str(number)) if not fraction else None
    either = re.fullmatch(numbers_within(least, most, whole=False), value)
    assert within or (whole is None and either is None)
    if within and number >= 0 and not fraction and (most is None or most >= 0):
        assert whole is not None and either is not None


# ── in bounded time and memory ───────────────────────────────────────────────────────────────────────────────────


def test_rows_that_are_never_as_expected_are_counted_to_ten_thousand_and_then_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads = 0
    read = ContentCheck._read

    def counted(check: ContentCheck, raw: bytes) -> None:
        nonlocal reads
        reads += 1
        read(check, raw)

    monkeypatch.setattr(ContentCheck, "_read", counted)
    rule = ContentRule(COLUMNS[:1], expect=(Expectation("range", "id", most=5), Expectation("rows", most=9)))
    check = ContentCheck(rule, DAY)
    tracemalloc.start()
    check.feed(b"id\n")
    for piece in repeat(b"7\n" * (MIB // 2), 20):
        check.feed(piece)
    assert check.finish() == ()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.words for one in check.unexpected] == [
        'Row 2, column 1 (id): "7", expected at most 5; at least 9,999 more rows',
        "Rows: 10,485,760, expected at most 9",
    ]
    assert reads == content_watch.MOST_COUNTED + 1 and most < 16 * MIB


# ── as text ──────────────────────────────────────────────────────────────────────────────────────────────────────

TEXT = """
columns = [{ name = "id", kind = "integer" }, { name = "on", kind = "date" }, { name = "note", empty = true }]
expect = [
  { check = "rows", least = 1, most = 50_000 },
  { check = "range", column = "id", most = 1.5 },
  { check = "input_date", column = "on" },
  { check = "filled", column = "note" },
]
"""


def test_expectations_stand_in_the_catalogue() -> None:
    rule = content_of(tomllib.loads(TEXT))
    assert [one.code for one in rule.expect] == ["rows", "range.id", "input_date.on", "filled.note"]
    assert [one.words for one in rule.expect] == [
        "1 to 50,000 rows",
        "id at most 1.5",
        "on the input date",
        "note never empty",
    ]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"rows"', '"row"', r"content\.expect\[0\]\.check"),
        ("least = 1,", "leats = 1,", r"content\.expect\[0\]\.leats: unknown key"),
        ("least = 1,", 'column = "id", least = 1,', r"content\.expect\[0\]\.column: no column for rows"),
        ("least = 1,", "least = -1,", r"content\.expect\[0\]: least or most, whole numbers"),
        ("least = 1,", "least = 60_000,", r"content\.expect\[0\]"),
        (", least = 1, most = 50_000", "", r"content\.expect\[0\]"),
        ('column = "id", most', 'column = "on", most', r"content\.expect\[1\]\.column: a column of numbers"),
        ('column = "id", most', 'column = "no", most', r"content\.expect\[1\]\.column"),
        ("most = 1.5", "most = nan", r"content\.expect\[1\]"),
        ("most = 1.5", "most = 1e16", r"content\.expect\[1\]"),
        ('column = "on"', 'column = "note"', r"content\.expect\[2\]\.column: a column of dates"),
        ('column = "on"', 'column = "on", most = 1', r"content\.expect\[2\]: neither least nor most"),
        ('"filled", column = "note"', '"filled", column = "id"', r"content\.expect\[3\]\.column: a column that may be"),
        ("expect = [", 'expect = [{ check = "rows", most = 1 },', r"content\.expect: at most 20, each about something"),
    ],
)
def test_a_mistake_in_an_expectation_names_its_key(old: str, new: str, named: str) -> None:
    assert old in TEXT
    with pytest.raises(ValueError, match=named):
        content_of(tomllib.loads(TEXT.replace(old, new)))


@pytest.mark.parametrize("typed", ["", "  x ", "a\nb c", "\x1b[2J red", "a\u202eb c", "x" * 501])
def test_an_explanation_is_one_line_that_can_be_shown(typed: str) -> None:
    assert explanation_of("  as told on Thursday ") == "as told on Thursday"
    with pytest.raises(Refused, match="9002"):
        explanation_of(typed)


@pytest.mark.slow
def test_a_gigabyte_of_findings_is_one_line_an_expectation() -> None:
    rule = ContentRule(COLUMNS[:3], expect=RULE.expect[:4])
    check = ContentCheck(rule, DAY)
    check.feed(b"id,on,price\n")
    for piece in repeat(b"999,1999-12-31,99.5\n" * (MIB // 20), 1024):
        check.feed(piece)
    assert check.finish() == ()
    codes = {one.code: one.words for one in check.unexpected}
    assert list(codes) == ["rows", "range.id", "input_date.on", "range.price"]
    assert codes["rows"].startswith("Rows: 53,686,272,")
    assert all(words.endswith("; at least 9,999 more rows") for code, words in codes.items() if code != "rows")
