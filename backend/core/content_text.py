"""A content rule as text: the `content` table of a folder, and every reason why it can be no rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from backend.contract.rules.companions import COMPANIONS
from backend.contract.rules.content import LONGEST_LINE, MOST_UNIQUE_ROWS, ROWS, Column, ContentRule
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
    for key, wrong in (*_unknown(row), *_wrong_columns(rule), *_wrong(rule)):
        raise ValueError(f"{key}: {wrong}")
    return rule


def check_companions(endings: tuple[str, ...]) -> None:
    if unknown := set(endings) - set(COMPANIONS):
        raise ValueError(f"companions: {', '.join(sorted(unknown))} is none of {', '.join(COMPANIONS)}")


def _unknown(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in row.keys() - {field.name for field in fields(ContentRule)}:
        yield f"content.{key}", "unknown key"
    for place, column in enumerate(row["columns"]):
        for key in column.keys() - {field.name for field in fields(Column)}:
            yield f"content.columns[{place}].{key}", "unknown key"


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
