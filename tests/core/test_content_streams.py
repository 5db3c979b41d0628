"""Content rules as bytes stream in: in any pieces the same findings, by either way of reading, and little memory."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import pairwise, repeat
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.contract.rules import content_check
from backend.contract.rules.content import MOST_UNIQUE_ROWS, Column, ContentRule, Finding
from backend.contract.rules.content_check import ContentCheck
from backend.contract.rules.shown import shown

COLUMNS: Final = (
    Column("id", "integer", longest=4),
    Column("side", "choice", choices=("B", "S")),
    Column("on", "date"),
    Column("price", "number", longest=6, empty=True),
    Column("client", longest=5),
)
RULES: Final = (
    ContentRule(COLUMNS, last_line="T,{rows}", longest_line=40),
    ContentRule(COLUMNS, longest_line=90),
    ContentRule(COLUMNS, encoding="ascii", unique=("id", "side"), most_rows=6, longest_line=40),
)
MIB: Final = 1 << 20

_NUMBERS: Final = ("", "1", "-12", "12345", "2022-05-20", "2024-02-29", "2023-02-29", "2022-04-31", "1.5", "1234.56")
_TEXTS: Final = ("B", "S", "Chan", "陳大文", "£", "é\x85", "\x1b", "\x00", "\r", "\u2028", "x" * 45)
_QUOTES: Final = ('"', '"' + '""' * 5 + '"', 'O"N', '"a"', '"a,b"', '"a""b"', '"a', 'a"b')
_rows: Final = st.one_of(
    st.just("1,B,2022-05-20,1.5,Chan"),
    st.just('"2","S","2022-05-31","","陳"'),
    st.lists(st.sampled_from(_NUMBERS + _TEXTS + _QUOTES), min_size=1, max_size=6).map(",".join),
    st.sampled_from(["", "T,1", "T,2", '"T",0', "T", "TT,1,2,3,4"]),
)
_files: Final = st.tuples(
    st.sampled_from(
        ["id,side,on,price,client\n", "\ufeffid,side,on,price,client\r\n", "client,price,on,side,id\n", ""]
    ),
    st.lists(st.tuples(_rows, st.sampled_from(["\n", "\r\n"])).map("".join), max_size=12).map("".join),
    st.sampled_from(["", "T,2", "T,2\n", "1,B", "\r"]),
).map(lambda parts: "".join(parts).encode())
_bytes: Final = st.one_of(_files, st.tuples(_files, st.binary(max_size=8)).map(b"".join), st.binary(max_size=60))


def found(rule: ContentRule, pieces: Iterable[bytes]) -> tuple[Finding, ...]:
    check = ContentCheck(rule)
    for piece in pieces:
        check.feed(piece)
    return check.finish()


@given(_bytes, st.lists(st.integers(0, 700), max_size=6), st.sampled_from(RULES))
@example(b"id,side,on,price,client\n" + b"x" * 42 + b"\r\nT,1\n", [65, 66, 67], RULES[0])
@example(b"id,side,on,price,client\n" + b"x" * 39 + b"\r\nT,1\n", [64, 65], RULES[0])
def test_in_any_pieces_the_findings_are_the_same(data: bytes, cuts: list[int], rule: ContentRule) -> None:
    whole = found(rule, [data])
    ends = sorted({0, *(cut for cut in cuts if cut < len(data)), len(data)})
    assert found(rule, [data[start:end] for start, end in pairwise(ends)]) == whole
    assert found(rule, [data[at : at + 1] for at in range(len(data))]) == whole


@given(_bytes, st.sampled_from(RULES))
@example(b"id,side,on,price,client\n" + b"1,B,2022-05-20,1.5,Chan\n" * 7, RULES[2])
def test_what_is_passed_together_would_be_passed_one_by_one(data: bytes, rule: ContentRule) -> None:
    together = found(rule, [data])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content_check, "right_rows", lambda *_, **__: re.compile(b""))
        assert found(rule, [data]) == together


@given(st.text(max_size=40), st.sampled_from(COLUMNS), st.sampled_from(RULES))
def test_whatever_a_value_is_no_finding_shows_what_a_terminal_obeys(
    value: str, column: Column, rule: ContentRule
) -> None:
    header = ",".join(one.name for one in COLUMNS)
    row = ",".join(value if one is column else "1" for one in COLUMNS)
    for finding in found(rule, [f"{header}\n{row}\n".encode()]):
        assert shown(str(finding)) == str(finding)


@pytest.mark.parametrize("value", ['"a"', '"a""b"', "a", '""', '"""a"', 'a"b'])
def test_a_wrong_row_of_many_quoted_columns_takes_no_longer_than_a_right_one(value: str) -> None:
    """A pattern that could read one value in two ways would try 2^60 of them here."""
    rule = ContentRule(tuple(Column(f"c{number}", empty=True) for number in range(61)))
    header = ",".join(column.name for column in rule.columns)
    rows = [",".join([value] * 60 + [last]) for last in ("x", "\x1b", '"', '"x"y', "x" * 201)]
    assert [finding.row for finding in found(rule, ["\n".join([header, *rows]).encode()])] == [3, 4, 5, 6]


# ── in bounded memory ────────────────────────────────────────────────────────────────────────────────────────────

HEADER: Final = b"id,side,on,price,client\n"


def right() -> Iterator[bytes]:
    """50 MiB in rows of 256 bytes."""
    yield b"id,text\n"
    yield from repeat((b"1234," + b"x" * 250 + b"\n") * 4096, 50)
    yield b"T,204800\n"


@pytest.mark.parametrize(
    ("pieces", "first"),
    [
        ((HEADER, *repeat(b"x" * MIB, 50)), "longer than 40 bytes"),
        (repeat(b"x" * MIB, 50), "longer than 40 bytes"),
        ((HEADER, b'1,B,2022-05-20,1,"', *repeat(b"a,\n" * 300_000, 50)), "a quoted value that does not end"),
        ((HEADER, *repeat(b"," * MIB, 50)), "longer than 40 bytes"),
        ((HEADER, *repeat(b"\0" * MIB, 50)), "longer than 40 bytes"),
        ((HEADER, *repeat(b"\n" * MIB, 50)), "an empty line"),
        ((HEADER, *repeat(b"\r" * MIB, 50)), "longer than 40 bytes"),
        ((HEADER.replace(b"\n", b",") + b"a," * MIB, *repeat(b"a," * MIB, 24)), "longer than 40 bytes"),
    ],
    ids=["one-line", "no-header", "open-quote", "columns", "nul", "empty-lines", "cr", "header-columns"],
)
def test_fifty_megabytes_of_anything_take_little_memory(pieces: Iterable[bytes], first: str) -> None:
    findings, most = measured(RULES[0], pieces)
    assert findings[0].wrong.startswith(first) and most < 4 * MIB


def test_fifty_megabytes_of_rows_that_are_right_take_little_memory() -> None:
    rule = ContentRule((Column("id", "integer"), Column("text", longest=250)), last_line="T,{rows}")
    findings, most = measured(rule, right())
    assert not findings and most < 4 * MIB


def test_the_key_of_a_row_takes_little_memory_however_long_it_is() -> None:
    rule = ContentRule((Column("text", longest=500),), unique=("text",), most_rows=MOST_UNIQUE_ROWS)
    findings, most = measured(rule, (b"text\n", *(b"%0400d\n" % number for number in range(MOST_UNIQUE_ROWS // 10))))
    assert not findings and most < 24 * MIB // 10


def measured(rule: ContentRule, pieces: Iterable[bytes]) -> tuple[tuple[Finding, ...], int]:
    """What was found, and the bytes it took at most."""
    tracemalloc.start()
    try:
        return found(rule, pieces), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
