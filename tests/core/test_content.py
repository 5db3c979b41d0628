"""What a content rule finds in a file: each finding names row and column, what is wrong and what was expected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.contract.faults import WRONG_CONTENT, Refused
from backend.contract.rules.content import MOST_FINDINGS, Column, ContentRule, Finding, refuse_content
from backend.contract.rules.content_check import ContentCheck

RULE = ContentRule(
    (
        Column("id", "integer", longest=8),
        Column("side", "choice", choices=("B", "S")),
        Column("on", "date"),
        Column("price", "number", longest=10, empty=True),
        Column("client", longest=12, private=True),
    ),
    last_line="TRL,{rows}",
    unique=("id",),
    most_rows=50,
    longest_line=200,
)
HEADER = "id,side,on,price,client\n"
ROW = "1,B,2022-05-20,12.50,Chan\n"


def found(text: str | bytes, rule: ContentRule = RULE) -> list[str]:
    check = ContentCheck(rule)
    check.feed(text.encode() if isinstance(text, str) else text)
    return [str(finding) for finding in check.finish()]


def in_row(row: str, rule: ContentRule = RULE) -> list[str]:
    """What is found in a file whose second line this is, and the only one that is wrong."""
    return found(f"{HEADER}{row}\n2,S,2022-05-20,,Lee\nTRL,2\n", rule)


# ── what is right ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        HEADER + ROW + "TRL,1\n",
        HEADER + ROW + "TRL,1",
        (HEADER + ROW + "TRL,1\n").replace("\n", "\r\n"),
        "\ufeff" + HEADER + ROW + "TRL,1\n",
        HEADER + "TRL,0\n",
        HEADER + ROW + "TRL,1,,,\n",
        HEADER + ROW + '"TRL","1"\n',
        "client,price,on,side,id\nChan,,2022-05-20,B,1\nTRL,1\n",
        HEADER + '"1","B","2022-05-20","12.50","Ch""an, T"\nTRL,1\n',
        HEADER + "1,B,2024-02-29,-0.5,陳大文\nTRL,1\n",
        HEADER + '1,B,2022-05-20,,£ é ü\n2,B,2022-05-20,,O\'Neil "K"\nTRL,2\n',
    ],
)
def test_a_right_file_has_no_findings(text: str) -> None:
    assert found(text) == []


def test_separator_encoding_and_first_line_are_the_rules() -> None:
    rule = ContentRule((Column("a"), Column("b")), separator="semicolon", encoding="ascii", first_line="HDR,1,{rows}")
    assert found("HDR;1;2\na;b\nx,y;z\np;q\n", rule) == []
    assert found("a;b\nx;y\n", rule) == ["Row 1: expected the line HDR,1,{rows} before all others"]
    assert found("HDR;1;3\na;b\nx;y\n", rule) == ["Row 1, column 3: 3, expected 1: as many rows are there"]
    assert found("HDR;1;1\na;b\nx;\xe9\n".encode("latin-1"), rule) == [
        "Row 3, column 2 (b): the byte \\xe9, expected ASCII"
    ]


def test_an_optional_column_may_be_missing_and_another_may_not() -> None:
    rule = ContentRule((Column("a"), Column("b", optional=True)))
    assert found("a\nx\n", rule) == []
    assert found("b\nx\n", rule) == ["Row 1: the column a is missing, expected in the header"]


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ("x1,B,2022-05-20,,Chan", 'column 1 (id): "x1", expected a whole number'),
        ("１,B,2022-05-20,,Chan", 'column 1 (id): "１", expected a whole number'),
        (",B,2022-05-20,,Chan", "column 1 (id): empty, expected a whole number"),
        ("123456789,B,2022-05-20,,C", 'column 1 (id): "123456789" with 9 characters, expected at most 8'),
        ("1,b,2022-05-20,,Chan", 'column 2 (side): "b", expected B or S'),
        ("1,B,2022-02-30,,Chan", 'column 3 (on): "2022-02-30", expected a date such as 2022-05-20'),
        ("1,B,2023-02-29,,Chan", 'column 3 (on): "2023-02-29", expected a date such as 2022-05-20'),
        ("1,B,1900-02-29,,Chan", 'column 3 (on): "1900-02-29", expected a date such as 2022-05-20'),
        ("1,B,0000-01-01,,Chan", 'column 3 (on): "0000-01-01", expected a date such as 2022-05-20'),
        ("1,B,20220520,,Chan", 'column 3 (on): "20220520", expected a date such as 2022-05-20'),
        ("1,B,2022-05-20,1e5,Chan", 'column 4 (price): "1e5", expected a number such as 1234.50'),
        ('1,B,2022-05-20,"1,5",Chan', 'column 4 (price): "1,5", expected a number such as 1234.50'),
        ("1,B,2022-05-20,12345678.90,C", 'column 4 (price): "12345678.90" with 11 characters, expected at most 10'),
        ("1,B,2022-05-20,,", "column 5 (client): empty, expected a value"),
        ("1,B,2022-05-20,,Chan Tai Man Jr", "column 5 (client): a value with 15 characters, expected at most 12"),
        ("1,B,2022-05-20,", "column 5 (client): 4 values, expected 5"),
        ("1,B,2022-05-20,,Chan,", "column 6: 6 values, expected 5"),
        ('1,B,"2022-05-20,,Chan', "column 3 (on): a quoted value that does not end in its line, expected quotes"),
        ("1,B,2022-05-20,,Ch\x1ban", "column 5 (client): the control character \\x1b, expected none"),
        ("1,B,2022-05-20,,Ch\x00an", "column 5 (client): the control character \\x00, expected none"),
        ("1,B,2022-05-20,,Ch\x9ban", "column 5 (client): the control character \\x9b, expected none"),
        ("1,B,2022-05-20,,Ch\ran", "a carriage return within the line, expected lines that end in LF or CRLF"),
        ("2,B,2022-05-20,,Chan", None),
    ],
)
def test_a_wrong_row_is_named_with_its_column_and_what_was_expected(row: str, finding: str | None) -> None:
    if finding is None:
        assert in_row(row) == ['Row 3, column 1 (id): "2" as in row 2, expected once']
        return
    [said] = in_row(row)
    assert said.startswith(f"Row 2, {finding}") or said.startswith(f"Row 2: {finding}")


def test_an_empty_line_is_a_finding_and_no_row() -> None:
    assert found(f"{HEADER}{ROW}\nTRL,1\n") == ["Row 3: an empty line, expected a row"]


def test_bytes_that_are_no_characters_are_named() -> None:
    assert found(HEADER.encode() + b"1,B,2022-05-20,,Ch\xffan\nTRL,1\n") == [
        "Row 2, column 5 (client): the byte \\xff, expected UTF-8"
    ]


def test_every_value_of_a_row_is_judged() -> None:
    assert len(in_row("x,x,x,x,")) == 5


# ── header and trailer ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_without_a_header_is_told_so_and_nothing_else() -> None:
    assert found(ROW * 100) == ["Row 1: no header, expected the columns id, side, on, price, client"]


def test_a_wrong_header_names_each_column_that_does_not_belong_there() -> None:
    said = found(f"id,side,on,px,px,client\n{ROW}TRL,1\n")
    assert said[:3] == [
        "Row 1: the column price is missing, expected in the header",
        'Row 1, column 4: "px" is no column of this folder, expected price',
        'Row 1, column 5: "px" stands here again, expected price',
    ]


@pytest.mark.parametrize(
    ("end", "finding"),
    [
        ("", "Row 2: the file ends here, expected the line TRL,{rows} after it"),
        ("TRL", 'Row 3, column 2: "", expected the count of rows'),
        ("TRL,2", "Row 3, column 2: 2, expected 1: as many rows are there"),
        ("TRL,one", 'Row 3, column 2: "one", expected the count of rows'),
        ("TRL,１", 'Row 3, column 2: "１", expected the count of rows'),
        ("TRL,1,x", 'Row 3, column 3: "x", expected nothing'),
        ("TRL,1\n2,S,2022-05-20,,Lee\nTRL,2", "Row 4: a line after TRL,{rows}, expected none"),
    ],
)
def test_a_file_that_does_not_end_as_it_declares_is_refused(end: str, finding: str) -> None:
    assert found(f"{HEADER}{ROW}{end}") == [finding]


def test_a_file_that_was_cut_anywhere_is_never_right() -> None:
    whole = (HEADER + "".join(f"{n},B,2022-05-20,1.5,Chan\n" for n in range(12)) + "TRL,12\n").encode()
    right = [length for length in range(len(whole) + 1) if not found(whole[:length])]
    assert right == [len(whole) - 1, len(whole)], "but for its very last line feed"


# ── how much of it ───────────────────────────────────────────────────────────────────────────────────────────────


def test_at_most_twenty_findings_are_told_and_reading_ends_there() -> None:
    check = ContentCheck(RULE)
    check.feed((HEADER + "x\n" * 19).encode())
    assert not check.ended
    check.feed(b"x\n")
    assert check.ended and len(check.finish()) == MOST_FINDINGS


def test_one_row_too_many_ends_the_reading() -> None:
    rows = "".join(f"{n},B,2022-05-20,,C\n" for n in range(51))
    for rule in (RULE, replace(RULE, unique=())):
        assert found(HEADER + rows + "TRL,51\n", rule) == ["Row 52: one row more than 50, expected no more"]


def test_the_refusal_says_the_first_finding_and_carries_all() -> None:
    findings = [Finding(row, "empty, expected a value", 2, "side") for row in range(2, 5)]
    with pytest.raises(Refused) as refused:
        refuse_content(findings)
    assert refused.value.fault is WRONG_CONTENT and refused.value.number == 4514
    assert refused.value.what == "Row 2, column 2 (side): empty, expected a value. And 2 more findings."
    assert refused.value.findings == tuple(map(str, findings))
    refuse_content([])


def test_a_refusal_of_as_many_findings_as_are_told_says_that_there_may_be_more() -> None:
    with pytest.raises(Refused, match="And at least 19 more findings"):
        refuse_content([Finding(1, "wrong")] * MOST_FINDINGS)


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("hostile", ["\x1b]52;c;aGk=\x07", "\u202e999", "=cmd|' /C calc'!A0", "[link=x]" + "y" * 999])
def test_what_is_said_of_a_hostile_value_is_short_and_nothing_a_terminal_obeys(hostile: str) -> None:
    for said in (*in_row(f"{hostile},B,2022-05-20,,C", replace(RULE, longest_line=4000)), *found(f"id,{hostile}\n")):
        assert said.isprintable() and len(said) < 250


def test_a_private_value_is_never_shown() -> None:
    secret = "X" * 13
    for row in (f"1,B,2022-05-20,,{secret}", f'1,B,2022-05-20,,"{secret}'):
        assert secret not in "".join(in_row(row))
    twice = replace(RULE, unique=("client",))
    rows = "1,B,2022-05-20,,Secret\n2,B,2022-05-20,,Secret\n"
    assert found(f"{HEADER}{rows}TRL,2\n", twice) == ["Row 3, column 5 (client): the same as in row 2, expected once"]
