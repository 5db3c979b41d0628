"""A content rule as text: the `content` table of a folder, and every reason why it can be no rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from backend.contract.rules.companions import COMPANIONS
from backend.contract.rules.content import LONGEST_LINE, MOST_UNIQUE_ROWS, ROWS, Column, ContentRule
from backend.contract.rules.expectations import LARGEST_BOUND, MOST_EXPECTATIONS, Expectation
from backend.contract.rules.shown import shown

_RULE: Final = TypeAdapter(ContentRule)
_MOST_COLUMNS: Final = 200


def content_of(row: Mapping[str, Any]) -> ContentRule:
    """The rule in a folder's `content` table; raises `ValueError` with the key that is wrong."""
    try:
        rule = _RULE.validate_python(row)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{_place(first['loc'])}: {first['msg']}") from error
    for key, wrong in (*_unknown(row), *_wrong_columns(rule), *_wrong(rule), *_wrong_expect(rule)):
        raise ValueError(f"{key}: {wrong}")
    return rule


def check_companions(endings: tuple[str, ...]) -> None:
    if unknown := set(endings) - set(COMPANIONS):
        raise ValueError(f"companions: {', '.join(sorted(unknown))} is none of {', '.join(COMPANIONS)}")


def _unknown(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in row.keys() - {field.name for field in fields(ContentRule)}:
        yield f"content.{key}", "unknown key"
    for of, kind in (("columns", Column), ("expect", Expectation)):
        for place, one in enumerate(row.get(of, ())):
            for key in one.keys() - {field.name for field in fields(kind)}:
                yield f"content.{of}[{place}].{key}", "unknown key"


def _wrong(rule: ContentRule) -> Iterator[tuple[str, str]]:
    names = [column.name for column in rule.columns]
    if not 0 < len(names) <= _MOST_COLUMNS or len(names) != len(set(names)):
        yield "content.columns", f"1 to {_MOST_COLUMNS} columns of different names"
    for key in ("first_line", "last_line"):
        template = getattr(rule, key)
        if template is not None and not _counts(template, names):
            yield f"content.{key}", f"fields with commas between, the first a word of its own, one of them {ROWS}"
    if set(rule.unique) - set(names):
        yield "content.unique", "names of columns"
    if rule.unique and (rule.most_rows is None or rule.most_rows > MOST_UNIQUE_ROWS):
        yield "content.most_rows", f"at most {MOST_UNIQUE_ROWS} where unique is asked for"
    if rule.most_rows is not None and rule.most_rows < 1:
        yield "content.most_rows", "at least 1"
    if not 0 < rule.longest_line <= LONGEST_LINE:
        yield "content.longest_line", f"1 to {LONGEST_LINE} bytes"


def _wrong_columns(rule: ContentRule) -> Iterator[tuple[str, str]]:
    for place, column in enumerate(rule.columns):
        key = f"content.columns[{place}]"
        if not _plain(column.name, rule):
            yield f"{key}.name", "a word that a header can hold"
        if (column.kind == "choice") != bool(column.choices):
            yield f"{key}.choices", "the values of a choice, and of nothing else"
        if not all(_plain(choice, rule) for choice in column.choices):
            yield f"{key}.choices", "words that a row can hold"
        if not 0 < column.longest <= LONGEST_LINE:
            yield f"{key}.longest", f"1 to {LONGEST_LINE} characters"


def _wrong_expect(rule: ContentRule) -> Iterator[tuple[str, str]]:
    codes = [one.code for one in rule.expect]
    if len(codes) > MOST_EXPECTATIONS or len(codes) != len(set(codes)):
        yield "content.expect", f"at most {MOST_EXPECTATIONS}, each about something else"
    columns = {column.name: column for column in rule.columns}
    for place, one in enumerate(rule.expect):
        column = columns.get(one.column)
        if not _is_about(one, column):
            yield f"content.expect[{place}].column", f"{_ABOUT[one.check]} for {one.check}"
        if not _bounded(one):
            yield f"content.expect[{place}]", f"{_BOUNDS[one.check]} for {one.check}"


def _is_about(one: Expectation, column: Column | None) -> bool:
    if one.check == "rows":
        return not one.column
    if column is None:
        return False
    if one.check == "filled":
        return column.empty or column.optional
    return column.kind in (("date",) if one.check == "input_date" else ("integer", "number"))


def _bounded(one: Expectation) -> bool:
    bounds = [bound for bound in (one.least, one.most) if bound is not None]
    if one.check in ("input_date", "filled"):
        return not bounds
    whole = one.check == "range" or all(isinstance(bound, int) and bound >= 0 for bound in bounds)
    return bool(bounds) and whole and all(abs(bound) <= LARGEST_BOUND for bound in bounds) and bounds == sorted(bounds)


_ABOUT: Final = {
    "rows": "no column",
    "range": "a column of numbers",
    "input_date": "a column of dates",
    "filled": "a column that may be empty or missing",
}
_BOUNDS: Final = {
    "rows": "least or most, whole numbers of which least is not more",
    "range": "least or most, of which least is not more",
    "input_date": "neither least nor most",
    "filled": "neither least nor most",
}


def _counts(template: str, names: list[str]) -> bool:
    first, *others = template.split(",")
    return first not in ("", ROWS, *names) and others.count(ROWS) == 1 and shown(template) == template


def _plain(word: str, rule: ContentRule) -> bool:
    """Whether the word stands in a row without quotes, and in the rule's encoding."""
    kept = word.isascii() or rule.encoding == "utf-8"
    return bool(word) and kept and shown(word) == word and not {rule.mark, '"'} & set(word)


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the table: content.columns[2].kind."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location]
    return "content" + "".join(parts)
