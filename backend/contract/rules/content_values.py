"""One line of a file by a content rule, read exactly: its values, and what is wrong with each."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final

from backend.contract.rules.content import Column
from backend.contract.rules.shown import shown

_COMPARED: Final = 40
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FORMS: Final = {
    "integer": re.compile(r"-?[0-9]+"),
    "number": re.compile(r"-?[0-9]+(?:\.[0-9]+)?"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}


def values_of(line: str, mark: str) -> list[str] | int:
    """The values between the marks, quotes taken off; or the column, from 1, whose quotes are wrong."""
    values: list[str] = []
    at = 0
    while True:
        found = _value(mark).match(line, at)
        if found is None:
            return len(values) + 1
        quoted, plain = found.groups()
        values.append(quoted.replace('""', '"') if quoted is not None else plain)
        at = found.end() + 1
        if at > len(line):
            return values


def wrong_with(column: Column, value: str) -> str | None:
    """What is wrong with the value, and what was expected; nothing where it is right."""
    if (control := _CONTROL.search(value)) is not None:
        return f"the control character {shown(control[0])}, expected none"
    if not value:
        return None if column.empty else f"empty, expected {column.expected}"
    if not _is(column, value):
        return f"{said(column, value)}, expected {column.expected}"
    if len(value) > column.longest and column.kind not in ("date", "choice"):
        return f"{said(column, value)} with {len(value):,} characters, expected at most {column.longest:,}"
    return None


def said_twice(columns: list[Column], values: list[str], row: int) -> str:
    """What is wrong with a key that an earlier row has."""
    if any(column.private for column in columns):
        return f"the same as in row {row:,}, expected once"
    told = ", ".join(f'"{shown(value, _COMPARED)}"' for value in values)
    return f"{told} as in row {row:,}, expected once"


def _is(column: Column, value: str) -> bool:
    if column.kind == "choice":
        return value in column.choices
    if column.kind == "text":
        return True
    if _FORMS[column.kind].fullmatch(value) is None:
        return False
    return column.kind != "date" or _a_day(value)


def _a_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def said(column: Column, value: str) -> str:
    """The value in quotes, where a finding may show it."""
    return "a value" if column.private else f'"{shown(value, _COMPARED)}"'


@lru_cache(maxsize=8)
def _value(mark: str) -> re.Pattern[str]:
    """A quoted value or a plain one, up to the next mark or the end of the line."""
    one = re.escape(mark)
    return re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"|([^"{one}][^{one}]*|))(?={one}|\Z)')
